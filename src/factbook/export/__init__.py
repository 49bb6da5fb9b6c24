"""Write the graph, or a part of it, in any RDF syntax: whole, sorted, every literal as it was."""
