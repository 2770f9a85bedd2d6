"""What runs in a room, as its connection names it and the office's board of readiness shows it."""

from __future__ import annotations

from importlib.metadata import version

_OURS = f"tiepdan {version('tiepdan')}"


def software(kind: str) -> str:
    """`kind`: "page", "room"."""
    return f"{_OURS} {kind}"


def is_outdated(named: str) -> bool:
    """A room of ours of another version than this server; of others' software nothing is known."""
    return named.startswith("tiepdan ") and not named.startswith(f"{_OURS} ")
