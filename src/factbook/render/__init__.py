"""Render answers: tables and words for people, files and typed rows for programs."""
