"""The team's room: sentences of reviews, positive or negative."""
