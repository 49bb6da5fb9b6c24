"""Check the files of a book: find errors with their positions and fixes."""
