"""Notifications' decisions: plain Python on plain data."""
