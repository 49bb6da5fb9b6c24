"""Describe a book as a data set: DCAT 3, VoID and its stored queries, made from what is there."""
