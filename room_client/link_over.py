"""Whether the server has ended the link that a room has, or one it had before.

`link_ended` goes its own way: while a whole province joins anew, the words about a room's former link arrive when
the next one is being joined, or is up already. Taken for that one they would end it, too, and so on for ever.
"""

from __future__ import annotations

import asyncio

from signaling.messages import LinkEnded


class LinkOver:
    """`begin` before a join, `joined` with the name the server gave the link; `event` is set when it is over."""

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._present = ""
        self._other = ""  # the last one that was not the present one; perhaps the answer to a join was overtaken

    def begin(self) -> None:
        """From now on nothing counts that is said of the link before."""
        self._present = ""
        self.event.clear()

    def joined(self, link: str) -> None:
        self._present = link
        if link == self._other:
            self.event.set()

    def told(self, message: LinkEnded) -> bool:
        """Whether the link that is there is over by this."""
        if message.link and message.link != self._present:
            self._other = message.link
            return False
        self.event.set()
        return True
