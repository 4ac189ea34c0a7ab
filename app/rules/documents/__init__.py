"""What papers say: pure functions from an order's frozen quote to the content of a document."""
