"""Load a book into another SPARQL store: each source as a named graph, and the merge."""
