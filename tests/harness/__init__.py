"""What tests share: nodes of their own, services as processes, and waiting for a condition."""
