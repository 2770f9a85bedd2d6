"""The database in one file, and back: `tiepdan database backup` and `restore`."""
