"""Finding things: the port, the analysis of text, and the embedded engine."""
