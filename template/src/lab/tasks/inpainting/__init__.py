"""What was behind the hole in a picture? The demo data are scans of handwritten digits, with holes drawn by chance."""
