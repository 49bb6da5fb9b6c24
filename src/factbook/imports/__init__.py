"""Import tables: a mapping turns rows into the statements of a source."""
