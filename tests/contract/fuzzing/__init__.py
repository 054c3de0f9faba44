"""Messages that nobody should send, ten thousand for each service, and what must become of each."""
