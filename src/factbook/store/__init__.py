"""Where queries run: an embedded store built from files, or a remote endpoint."""
