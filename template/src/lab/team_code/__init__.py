"""The team's own code: found by name, and held against the contract wherever it returns something."""
