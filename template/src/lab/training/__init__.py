"""From examples to weights and predictions: start with ``loop.py``, then ``step.py``."""
