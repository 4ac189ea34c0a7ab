"""Values and decisions that know nothing of databases, requests or the time of day."""
