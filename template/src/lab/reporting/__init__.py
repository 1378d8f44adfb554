"""What is handed in: documents, cards, and the evidence for each line of the rubric."""
