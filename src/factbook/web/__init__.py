"""The explorer: pages, linked data, a SPARQL endpoint and an API over one book, read-only."""
