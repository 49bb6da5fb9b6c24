"""Say what changed between two states of a book, in facts and not in lines."""
