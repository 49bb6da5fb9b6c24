"""Export the graph, or a part of it: sorted, with every literal unchanged."""
