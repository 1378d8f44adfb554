"""New pictures of handwritten digits: a model learns to draw, and its drawings are compared with real ones."""
