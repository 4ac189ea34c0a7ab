"""Catalogues of other shops, read row by row and written product by product."""
