"""One page about one thing, with a numbered citation behind every fact."""
