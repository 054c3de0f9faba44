"""Intake owns who applied: rounds, applications, screening, the candidate's record."""
