"""Search the book for things, terms, measures and stored queries, with commands for each."""
