"""How far is each pixel of a picture? The demo data are pieces of one photograph of a motorcycle in a workshop."""
