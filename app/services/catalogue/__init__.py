"""The catalogue: products, shelves and the words they are described with."""
