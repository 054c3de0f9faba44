"""The load: cohort after cohort goes through the programme over HTTP, and wants more than there is."""
