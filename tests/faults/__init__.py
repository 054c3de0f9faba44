"""The fault test: a real system under load, disturbed at random, and judged by an independent checker."""
