"""Where a link's other end is, and whether it is still there (RFC 8445, RFC 7675).

An address is believed when a check signed with the link's password came from it. The link follows its room:
a check that nominates, or any check once the old address has been quiet, moves it (another Wi-Fi, a NAT that
forgot). An ICE restart adds a second pair of fragment and password; the first stays good until then.

A room of which nothing is heard is asked: a signed check from here, which every ICE agent answers, although
an ICE-lite end need not send any. So silence is noticed in seconds even where no media flows.
"""

from __future__ import annotations

import secrets
from typing import Any

from server.media.system import address_of
from signaling.wire import stun
from signaling.wire.aiortc_seams import srtp_ffi

ASKED_AFTER_S = 2.0  # of silence
ASKED_EVERY_S = 0.5
DARK_AFTER_S = 2.2  # its reports of two seconds are missing, and the answer to a first question
SILENT_AFTER_S = 4.5
MOVES_AFTER_S = 1.0  # of silence of the present address, a check need not nominate


class LinkAddress:
    """`name` is the sockaddr that is sent to, `pointer` and `size` the same for C; 0 while unknown."""

    __slots__ = (
        "_asked_s",
        "_memory",
        "_remote",
        "heard_s",
        "known",
        "name",
        "passwords",
        "pointer",
        "size",
        "tie_breaker",
        "ufrag",
    )

    def __init__(self, remote_ufrag: str, remote_password: str, now_s: float) -> None:
        self.passwords: dict[str, bytes] = {}  # by our fragments: the present one, and the one before
        self.ufrag = ""
        self.known: set[bytes] = set()  # sockaddrs that passed an authenticated check
        self.name = b""
        self.pointer = 0
        self.size = 0
        self.heard_s = now_s
        self.tie_breaker = secrets.randbits(64)
        self._memory: Any = None  # what `pointer` points to
        self._remote = (remote_ufrag, remote_password)
        self._asked_s = float("-inf")
        self.renew(remote_ufrag, remote_password)

    def renew(self, remote_ufrag: str, remote_password: str) -> tuple[str, str]:
        """New fragment and password of ours, for the other end's new ones; forgets all but the last pair."""
        for old in list(self.passwords)[:-1]:
            del self.passwords[old]
        self.ufrag = _ice_word(6)
        password = _ice_word(24)
        self.passwords[self.ufrag] = password.encode()
        self._remote = (remote_ufrag, remote_password)
        return self.ufrag, password

    def move(self, name: bytes) -> None:
        self.name = name
        self._memory = srtp_ffi.new("unsigned char[]", name)
        self.pointer, self.size = address_of(self._memory), len(name)

    def should_move(self, name: bytes, nominated: bool, now_s: float) -> bool:
        """Whether an authentic check from `name` makes it the link's address."""
        if name == self.name:
            return False
        return nominated or not self.name or now_s - self.heard_s > MOVES_AFTER_S

    def was_dark(self, now_s: float) -> bool:
        """Whether what came just now ends seconds in which nothing came."""
        return now_s - self.heard_s > DARK_AFTER_S

    def silent(self, now_s: float) -> bool:
        return now_s - self.heard_s > SILENT_AFTER_S

    def poll_question(self, now_s: float) -> bytes:
        """A check of ours that is due now, or nothing."""
        if now_s - self.heard_s < ASKED_AFTER_S or now_s - self._asked_s < ASKED_EVERY_S or not self.name:
            return b""
        self._asked_s = now_s
        ufrag, password = self._remote
        return stun.controlled_request(
            secrets.token_bytes(12), self.ufrag, ufrag, password.encode(), self.tie_breaker
        )

    def answered(self, message: stun.StunMessage) -> bool:
        """Whether this is an authentic answer to a question of ours."""
        return message.kind == stun.BINDING_SUCCESS and message.signed_with(self._remote[1].encode())


def _ice_word(size: int) -> str:
    return secrets.token_urlsafe(size).replace("-", "a").replace("_", "b")
