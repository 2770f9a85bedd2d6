"""The instrument for bad lines: a seeded line between two network namespaces, and what a room sees behind it."""
