"""Stored queries: find them, read their headers, bind their parameters, run them."""
