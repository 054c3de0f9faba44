"""Seeded defects: the services with one mistake each, so that the checker can be seen to catch it.

Nothing in the services knows of them: each patches the running code before the real service starts.
"""
