"""Passwords by argon2id, checked away from the event loop and never more than a few at once.

A check costs tens of milliseconds and 64 MiB on purpose; a login for an account that does not exist costs the
same, so that the time tells nobody which accounts there are.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 8
MAX_LENGTH = 200
_hasher = PasswordHasher()


class BadPassword(ValueError):
    """A new password that is not accepted; `came` and `allowed` are lengths in characters."""

    def __init__(self, came: int) -> None:
        super().__init__(f"came a password of {came} characters; allowed are {MIN_LENGTH} to {MAX_LENGTH}")
        self.came = came


def hash_password(password: str) -> str:
    """Raises BadPassword where it is too short or too long."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadPassword(len(password))
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True if `password` is the one; None (no such account) takes as long and is False."""
    try:
        _hasher.verify(password_hash if password_hash is not None else _nobody(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True if it was made with weaker parameters than today's and should be made again."""
    return _hasher.check_needs_rehash(password_hash)


class PasswordChecker:
    """Checks and hashes in threads of its own, `at_once` at a time; the rest waits its turn. `close` it."""

    def __init__(self, at_once: int = 2) -> None:
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="passwords")

    async def matches(self, password_hash: str | None, password: str) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, matches, password_hash, password)

    async def hash(self, password: str) -> str:
        """Raises BadPassword."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, hash_password, password)

    def close(self) -> None:
        self._threads.shutdown(wait=True)


@cache
def _nobody() -> str:
    return _hasher.hash("the password of nobody")
