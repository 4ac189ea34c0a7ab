"""Law and rates: loading the tables, filling the RateBook, showing what holds where."""
