"""Bring Turtle into the house form without changing what it says."""
