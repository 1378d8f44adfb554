"""Which differences between methods are real, and the figures that show it."""
