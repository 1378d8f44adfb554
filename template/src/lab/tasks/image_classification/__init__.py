"""Which digit is it? Scans of handwriting are sorted into ten classes."""
