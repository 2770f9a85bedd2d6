"""How an enrolled device shows who it is (PROTOCOL.md, "Enrolling a device")."""

from __future__ import annotations

DEVICE_COOKIE = "tiepdan_room"


def cookie_of(credential: str) -> dict[str, str]:
    """The header of a request; none where there is no credential."""
    return {"Cookie": f"{DEVICE_COOKIE}={credential}"} if credential else {}
