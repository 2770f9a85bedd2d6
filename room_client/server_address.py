"""Whether a text can be the server's address at all: what is not is refused before anything is tried."""

from __future__ import annotations

from urllib.parse import urlsplit


def is_server_address(text: str) -> bool:
    """http(s)://HOST, with a port or without, and no path but "/"."""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a port beyond 65535, brackets that do not close
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and port != 0
        and parts.path in ("", "/")
        and not parts.query
        and not parts.fragment
        and not any(character.isspace() for character in text)
    )
