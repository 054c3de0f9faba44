"""RabbitMQ: topology, connection, outbox relay, batching consumer, retries and the parking lot."""

from shared.messaging.decoding import be_tolerant

be_tolerant()
