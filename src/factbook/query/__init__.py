"""Stored queries: finding them, reading their headers, binding values to their parameters."""
