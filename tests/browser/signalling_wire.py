"""The Socket.IO messages of a page, held in the middle: something is said to it, or nothing passes any more."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.async_api import Page, WebSocketRoute

ADDRESS = re.compile(r"/socket\.io/")
EVENT = re.compile(r'^42/\w+,\d*\["(\w+)"')


class SignallingWire:
    """Of one page, made before it is opened. It passes everything on until it is told otherwise."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._speaking: WebSocketRoute | None = None
        self._page_ends: list[WebSocketRoute] = []
        self._dead: set[int] = set()
        self._kept_back: set[str] = set()

    @classmethod
    async def of(cls, page: Page, namespace: str = "/room") -> SignallingWire:
        """`namespace`: of the messages that the test says itself."""
        wire = cls(namespace)
        await page.route_web_socket(ADDRESS, wire._on_connection)
        return wire

    @property
    def connections(self) -> int:
        """How many the page has begun."""
        return len(self._page_ends)

    def keeps_back(self, event: str) -> None:
        """Messages of this name do not reach the page; what the test says in their place does."""
        self._kept_back.add(event)

    def says(self, event: str, body: dict[str, Any]) -> None:
        """To the page, on its newest connection of the namespace."""
        assert self._speaking is not None, f"the page has not connected to {self._namespace}"
        self._speaking.send(f"42{self._namespace},{json.dumps([event, body])}")

    def goes_dead(self) -> None:
        """The present connections carry nothing any more, and nobody is told; new ones work."""
        self._dead.update(range(len(self._page_ends)))

    def _on_connection(self, page_end: WebSocketRoute) -> None:
        number = len(self._page_ends)
        self._page_ends.append(page_end)
        server_end = page_end.connect_to_server()

        def up(message: str | bytes) -> None:
            if number not in self._dead:
                server_end.send(message)

        def down(message: str | bytes) -> None:
            if number in self._dead:
                return
            found = EVENT.match(str(message))
            event = found[1] if found else ""
            if event in self._kept_back:
                return
            if str(message).startswith(f"40{self._namespace},"):
                self._speaking = page_end
            page_end.send(message)

        page_end.on_message(up)
        server_end.on_message(down)
