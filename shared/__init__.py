"""What every service is built on. Imports no service."""
