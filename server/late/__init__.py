"""Late sources: what a room kept of itself while its line was down, taken, looked at, and entered beside the
recording."""
