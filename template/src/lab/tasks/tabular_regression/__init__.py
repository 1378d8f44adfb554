"""What number belongs to a row of a table? The demo data are house sales in Ames, Iowa, and the prices paid."""
