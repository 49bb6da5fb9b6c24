"""Checks: what is wrong in the files of a book, where, and what to write instead."""
