"""Tell in a sentence what a picture shows. The demo data are scenes of handwritten digits."""
