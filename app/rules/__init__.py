"""Pure decisions over kernel values: no I/O, no clock. They take `now` and a RateBook."""
