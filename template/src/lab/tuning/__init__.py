"""``uv run lab tune``: settings are searched by validation data alone, in trials that survive a kill."""
