"""The engines that run queries: an embedded store built from files, or a remote endpoint."""
