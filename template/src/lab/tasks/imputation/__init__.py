"""Fill the gaps of a table of numbers."""
