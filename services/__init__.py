"""The services. None imports another: they meet in events alone."""
