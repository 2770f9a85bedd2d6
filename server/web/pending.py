"""Previews that wait for a confirmation: in memory only, so that nothing of a file is kept that nobody confirmed.

One per account and few in all: the oldest gives way. A restart or half an hour ends them, and the file is chosen
again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

MOST = 8  # of at most 1 MB of file each, about ten times that in memory
LASTS_S = 1800.0
P = TypeVar("P")


@dataclass(slots=True)
class _Waiting(Generic[P]):
    account_id: int
    preview: P
    since_s: float


@dataclass(slots=True)
class Pending(Generic[P]):
    """`now_s`: a clock that only goes on."""

    now_s: Callable[[], float]
    _waiting: dict[str, _Waiting[P]] = field(default_factory=dict)

    def keep(self, account_id: int, preview: P) -> str:
        """The token to ask for it by."""
        self._forget(account_id)
        while len(self._waiting) >= MOST:
            del self._waiting[next(iter(self._waiting))]
        token = secrets.token_urlsafe(16)
        self._waiting[token] = _Waiting(account_id, preview, self.now_s())
        return token

    def get(self, account_id: int, token: str) -> P | None:
        """None: it is over, or somebody else's."""
        self._forget()
        found = self._waiting.get(token)
        return found.preview if found is not None and found.account_id == account_id else None

    def take(self, account_id: int, token: str) -> P | None:
        found = self.get(account_id, token)
        if found is not None:
            del self._waiting[token]
        return found

    def _forget(self, account_id: int | None = None) -> None:
        over = self.now_s() - LASTS_S
        for token, waiting in list(self._waiting.items()):
            if waiting.since_s < over or waiting.account_id == account_id:
                del self._waiting[token]
