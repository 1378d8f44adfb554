"""Whether results are what they claim to be: stages run again in a throw-away folder, and all is compared."""
