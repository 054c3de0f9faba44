"""Scheduling owns what happens when: visits, interviews, showcases, lessons, relocation, calendars."""
