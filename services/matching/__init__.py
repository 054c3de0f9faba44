"""Matching owns who suits whom: firms, positions, matches, offers."""
