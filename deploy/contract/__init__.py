"""The contract's documents, and the gate that holds them: `python -m deploy.contract check`, `write`, `release`."""
