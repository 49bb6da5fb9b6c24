"""Compare the numbers in a text with the observations of a book."""
