"""Whether results are what they claim to be, and whether they hold on other splits: all is made again and compared."""
