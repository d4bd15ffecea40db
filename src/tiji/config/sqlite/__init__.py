"""SQLite as Django's, with writers that take turns (see `base`)."""
