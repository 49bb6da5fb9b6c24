"""RDF as files hold it: formats, parsing, positions, prefixes, writing."""
