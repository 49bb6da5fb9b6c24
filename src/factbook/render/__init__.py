"""Answers as people and programs want them: tables, files, typed rows."""
