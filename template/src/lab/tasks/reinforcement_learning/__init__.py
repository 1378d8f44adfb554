"""Play chess, or in an environment of gymnasium, and learn from nothing but the rewards."""
