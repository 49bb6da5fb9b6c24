"""Compare two states of a book by their facts, terms and answers rather than their lines."""
