"""What does a sentence say in another language? The demo data are dates, times and numbers by the rules of CLDR."""
