"""Create new files for authors to fill in."""
