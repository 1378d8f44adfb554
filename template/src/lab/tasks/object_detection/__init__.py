"""What is where in a picture? The demo data are digits among pieces of digits."""
