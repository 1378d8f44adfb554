"""Sort pictures into kinds that nobody has named."""
