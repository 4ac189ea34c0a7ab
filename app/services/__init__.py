"""Use cases of the shop. They know the database and the rules, never HTTP."""
