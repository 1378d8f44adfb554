"""Where examples come from, what they must look like, and how they are split."""
