"""Where the triples of a file stand: its lines and columns."""
