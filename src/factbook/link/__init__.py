"""Links: mappings to other data sets, as SSSOM files that are read, checked, compiled and grown."""
