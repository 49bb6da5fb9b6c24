"""Links to other data sets: suggest, review, check and compile mappings; reconcile names."""
