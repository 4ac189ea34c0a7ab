"""What blueprints share about HTTP: locale, rendering, errors, headers, visitor."""
