"""Draw a picture of what a sentence says. The demo data are scenes of handwritten digits."""
