"""RabbitMQ: topology, connection, outbox relay, batching consumer, retries and the parking lot."""
