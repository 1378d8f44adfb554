"""Tell a property of a molecule from its atoms and bonds. The demo data are melting points."""
