"""The links of this process, and how a datagram finds its own: by a STUN fragment first, then by its address.

It also says which links a look is for: the senders, and those whose turn it is. A look at six hundred links twenty
times a second, only to pass over most of them, costs as much as the looking.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from server.media.link import Link

MOST_ADDRESSES = 8  # of one link; a room that moves leaves old ones behind
TURNS = 20  # of a second: in each of them its share of the links is looked at


class LinkDirectory:
    """Every link stands here under its name, its fragments and the addresses that proved to be its own."""

    def __init__(self) -> None:
        self._links: dict[str, Link] = {}
        self._by_fragment: dict[str, Link] = {}
        self._by_address: dict[bytes, Link] = {}
        self._senders: dict[str, Link] = {}
        self._by_turn: tuple[dict[str, Link], ...] = tuple({} for _ in range(TURNS))
        self._turns = itertools.cycle(range(TURNS))

    def __len__(self) -> int:
        return len(self._links)

    def __iter__(self) -> Iterator[Link]:
        return iter(list(self._links.values()))

    def __contains__(self, identity: str) -> bool:
        return identity in self._links

    def get(self, identity: str) -> Link | None:
        return self._links.get(identity)

    def at(self, address: bytes) -> Link | None:
        return self._by_address.get(address)

    def called(self, fragment: str) -> Link | None:
        return self._by_fragment.get(fragment)

    def senders(self) -> list[Link]:
        """The links that brought RTP."""
        return list(self._senders.values())

    def of_turn(self, turn: int) -> list[Link]:
        """Every link has one of the TURNS, and keeps it."""
        return list(self._by_turn[turn].values())

    def sends(self, link: Link) -> None:
        """The first RTP packet of this link has come."""
        self._senders[link.identity] = link

    def add(self, link: Link) -> None:
        self._links[link.identity] = link
        link.turn = next(self._turns)
        self._by_turn[link.turn][link.identity] = link
        self._by_fragment[link.address.ufrag] = link

    def restart(self, link: Link, remote_ufrag: str, remote_password: str) -> None:
        """New credentials for both ends of a link; its last ones stay good until the next restart."""
        for fragment in link.address.passwords:
            self._by_fragment.pop(fragment, None)
        link.address.renew(remote_ufrag, remote_password)
        for fragment in link.address.passwords:
            self._by_fragment[fragment] = link

    def learn(self, link: Link, address: bytes) -> bool:
        """An authentic check of the link came from there. False: it belongs to another link that lives."""
        owner = self._by_address.get(address)
        if owner is not None:
            return owner is link
        known = link.address.known
        if len(known) >= MOST_ADDRESSES:
            old = next(iter(known - {link.address.name}))
            known.discard(old)
            del self._by_address[old]
        known.add(address)
        self._by_address[address] = link
        return True

    def remove(self, identity: str) -> Link | None:
        link = self._links.pop(identity, None)
        if link is not None:
            self._senders.pop(identity, None)
            del self._by_turn[link.turn][identity]
            for fragment in link.address.passwords:
                self._by_fragment.pop(fragment, None)
            for address in link.address.known:
                del self._by_address[address]
        return link
