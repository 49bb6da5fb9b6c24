"""Compare two states of a book by their facts, terms and answers, not by their lines."""
