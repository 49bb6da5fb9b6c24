"""Write the beginnings of new files, so that an author only fills in what is new."""
