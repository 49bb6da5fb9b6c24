"""SPARQL as text: its tokens, a small tree, binding and rewriting."""
