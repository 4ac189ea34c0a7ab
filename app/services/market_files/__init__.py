"""Markets, sellers, price lists and warehouses as a file: read, checked, kept, written out."""
