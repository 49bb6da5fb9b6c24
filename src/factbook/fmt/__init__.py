"""Format Turtle files without changing what they state."""
