"""Search the book: things, terms, measures and stored queries, and what can be asked of each."""
