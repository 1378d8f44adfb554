"""What is a house worth? Sales in Ames, Iowa: from what the assessor knows to the price that was paid."""
