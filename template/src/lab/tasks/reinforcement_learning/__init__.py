"""Play chess against a random opponent, and learn from nothing but the points that are won and lost."""
