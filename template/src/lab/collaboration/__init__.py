"""What lets several people work on one project: Git hooks, and merges that lose no training."""
