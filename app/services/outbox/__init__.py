"""The outbox: a log of changes that every host follows, and jobs that are done once."""
