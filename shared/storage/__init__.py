"""MongoDB: client, collections, units of work, transactions, leases, the outbox and the inbox."""
