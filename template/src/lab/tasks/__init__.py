"""One folder a task. A stamped project has one of them: your team's room."""
