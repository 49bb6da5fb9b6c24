"""Show a page about one thing, with a numbered citation after every fact."""
