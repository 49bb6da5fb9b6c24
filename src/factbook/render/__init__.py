"""Render answers: text, tables and charts for people, files and typed rows for programs."""
