"""Notifications owns what was said: messages to candidates, firms, teachers and staff."""
