"""Which class does a text belong to? The demo data are sentences of reviews, positive or negative."""
