"""Trying relays one after the other, in the order in which the server named them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from room_client.path import Path, PathOwner
from room_client.turn_path import Relay, RelayUnusable, TurnPath

STAGGER_S = 1.2  # one that answers is not overtaken by the next in the order


class RelaySearch:
    """Runs from the moment it is made; `stop` it, and await `ended`."""

    def __init__(
        self,
        relays: Sequence[Relay],
        addresses: Sequence[tuple[str, int]],
        owner: PathOwner,
        found: Callable[[Path], None],
    ) -> None:
        """`addresses` are the server's; `found` gets each path that could be opened, unchecked."""
        self._owner = owner
        self._found = found
        self._openings: set[asyncio.Task[bool]] = set()
        self._task = asyncio.create_task(self._search(relays, addresses), name="room relays")

    @property
    def running(self) -> bool:
        return not self._task.done()

    def stop(self) -> None:
        self._task.cancel()
        for opening in self._openings:
            opening.cancel()

    async def ended(self) -> None:
        """After `stop`."""
        await asyncio.gather(self._task, *self._openings, return_exceptions=True)

    async def _search(self, relays: Sequence[Relay], addresses: Sequence[tuple[str, int]]) -> None:
        for relay in relays:
            for address in addresses:
                opening = asyncio.create_task(self._open(relay, address), name="room opens a relay")
                self._openings.add(opening)
                opening.add_done_callback(self._openings.discard)
                await asyncio.wait((opening,), timeout=STAGGER_S)
                if opening.done() and opening.result():
                    await asyncio.sleep(STAGGER_S)
        while self._openings:
            await asyncio.wait(self._openings)

    async def _open(self, relay: Relay, address: tuple[str, int]) -> bool:
        try:
            path = await TurnPath.open(relay, address, self._owner)
        except RelayUnusable:
            return False
        self._found(path)
        return True
