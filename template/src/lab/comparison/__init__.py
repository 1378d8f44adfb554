"""From predictions to what can be said of them: scores, differences, intervals."""
