"""Import tables: rows that a mapping turns into the statements of a source."""
