"""New pictures: a model learns to draw, and its drawings are compared with real ones. The demo data are digits."""
