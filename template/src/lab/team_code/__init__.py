"""The team's own code: found by name, and checked against the contract wherever it returns something."""
