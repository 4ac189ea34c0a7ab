"""Sales watched against the turnover from which a registration is due."""
