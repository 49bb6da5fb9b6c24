"""The constraint components of SHACL, a module for each family of them (SHACL, section 4)."""
