"""Passwords by argon2id, checked away from the event loop and never more than a few at once.

A check costs tens of milliseconds and 64 MiB on purpose; a login for an account that does not exist costs the
same, so that the time tells nobody which accounts there are.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from server.data.folding import fold

MIN_LENGTH = 8
MAX_LENGTH = 200
COST = RFC_9106_LOW_MEMORY
hasher = PasswordHasher.from_parameters(COST)
"""Nobody but the tests puts another in its place."""


FEWEST_LETTERS = 4
"""Different ones in a password: "11111111" and "abababab" are no passwords."""
_COMMON = frozenset({
    "password", "passw0rd", "password1", "password123", "matkhau", "matkhau1", "matkhau123", "12345678",
    "123456789", "1234567890", "87654321", "987654321", "0123456789", "123123123", "147258369", "1q2w3e4r",
    "1qaz2wsx", "qwertyui", "qwertyuiop", "asdfghjk", "asdfghjkl", "zxcvbnm1", "abcd1234", "abc12345",
    "abcdefgh", "a1234567", "iloveyou", "anhyeuem", "emyeuanh", "yeuemmai", "admin123", "administrator",
    "quantri123", "tiepdan1", "tiepdan123", "tiepcongdan", "quangninh", "quangninh123", "vietnam1",
    "vietnam123", "halong123", "welcome1", "letmein1", "changeme", "default1", "user1234", "test1234",
    "sunshine", "princess", "football", "baseball", "superman", "trustno1",
})  # fmt: skip
"""The ones that are tried first, here and elsewhere; as folded words without spaces. Guessing goes on slowly (see
`throttle`), so a long list would gain little."""


class PasswordFault(StrEnum):
    LENGTH = "length"
    COMMON = "common"  # one that everybody tries first, or of very few different letters
    LOGIN = "login"  # the login name is in it, or it in the login name


class BadPassword(ValueError):
    """A new password that is not accepted; the text says what is allowed, and not what came."""

    def __init__(self, fault: PasswordFault, came: int) -> None:
        super().__init__(
            {
                PasswordFault.LENGTH: f"came {came} characters; allowed are {MIN_LENGTH} to {MAX_LENGTH}",
                PasswordFault.COMMON: "came one that is tried first; allowed are several words in a row",
                PasswordFault.LOGIN: "came one with the login name in it; allowed are several words in a row",
            }[fault]
        )
        self.fault = fault


def password_fault(password: str, login: str = "") -> PasswordFault | None:
    """Long ones of several words are easy to remember; no mixture of signs is asked for (NIST SP 800-63B)."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        return PasswordFault.LENGTH
    folded = fold(password).replace(" ", "")
    if folded in _COMMON or len(set(folded)) < FEWEST_LETTERS:
        return PasswordFault.COMMON
    return PasswordFault.LOGIN if len(login) >= FEWEST_LETTERS and login in folded else None


def hash_password(password: str, login: str = "") -> str:
    """Raises BadPassword."""
    fault = password_fault(password, login)
    if fault is not None:
        raise BadPassword(fault, len(password))
    return hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """True if `password` is the one; None (no such account) takes as long and is False."""
    try:
        hasher.verify(password_hash if password_hash is not None else _nobody(), password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """True if it was made with weaker parameters than today's and should be made again."""
    return hasher.check_needs_rehash(password_hash)


class PasswordChecker:
    """Checks and hashes in threads of its own, `at_once` at a time; the rest waits its turn. `close` it."""

    def __init__(self, at_once: int = 2) -> None:
        self._threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="passwords")

    async def matches(self, password_hash: str | None, password: str) -> bool:
        return await asyncio.get_running_loop().run_in_executor(self._threads, matches, password_hash, password)

    async def rehash(self, password: str) -> str:
        """One that is in use already, with today's parameters."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, hasher.hash, password)

    def close(self) -> None:
        self._threads.shutdown(wait=True)


@cache
def _nobody() -> str:
    return hasher.hash("the password of nobody")
