"""What comes next in a text? A model of language; the demo data are chapters of the King James Bible."""
