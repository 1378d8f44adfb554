"""Find the pictures that are not as the others."""
