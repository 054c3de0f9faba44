"""Webhooks: public events, by HTTP, for those who cannot speak AMQP.

``following`` reads the history for each webhook, ``lanes`` keeps what is to be delivered, and ``delivering`` is
the outgoing work: one delivery after the other for each subject, signed as Standard Webhooks says.
"""
