"""Scheduling's decisions: plain Python on plain data."""
