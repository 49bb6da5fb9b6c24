"""The server for AI assistants (Model Context Protocol): typed queries, cited answers."""
