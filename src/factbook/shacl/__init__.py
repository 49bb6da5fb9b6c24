"""SHACL: shapes, the engines that validate against them, and the one report that they give."""
