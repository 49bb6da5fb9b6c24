"""The server for AI assistants (Model Context Protocol): typed questions, cited answers."""
