"""Ending what a device that was revoked is connected to, as a port, because rooms stand below receptions.

`server.receptions.room_gateway` is the implementation; `attach_signalling` puts it under `CONNECTED`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from aiohttp import web


class ConnectedDevices(Protocol):
    def revoked(self, devices: Collection[int]) -> None:
        """End the connections of these devices at once; it is in the database already that they do not count."""
        ...


class NobodyConnected:
    """Where there is no signalling: the registry alone."""

    def revoked(self, devices: Collection[int]) -> None:
        """Nothing to end."""


CONNECTED: web.AppKey[ConnectedDevices] = web.AppKey("connected_devices", ConnectedDevices)


def tell_revoked(app: web.Application, devices: Collection[int]) -> None:
    (app.get(CONNECTED) or NobodyConnected()).revoked(devices)
