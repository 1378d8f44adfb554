"""Which class does a picture show? The demo data are scans of handwritten digits."""
