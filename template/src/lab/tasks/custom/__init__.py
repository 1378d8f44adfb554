"""A problem of a team's own: the smallest one that is whole, with a mark at each place to edit."""
