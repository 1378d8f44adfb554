"""Which class does each pixel of a picture belong to? The demo data are digits on brick, grass and gravel."""
