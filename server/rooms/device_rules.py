"""Codes and credentials of devices: what they look like, how they are read, and what is stored of them.

A code is read out on the telephone and typed once: digits, and consonants that neither look nor sound like another
one of them in Vietnamese (no S beside X, no L beside N, no B, G or Z beside 8, 6 and 2), so it spells no word. 20
signs to the power of 8 are 35 bits, which is enough for something that lives three days behind a throttle
(`guessing`). A credential is typed by nobody and has 160 bits.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.rooms.device_tables import RoomEnrolment

SIGNS = "23456789CDFHKMNPRTVX"
LENGTH = 8
VALID_FOR = timedelta(days=3)
SEEN_EVERY = timedelta(hours=1)
LONGEST_NAME = 60
_SEPARATORS = re.compile(
    r"[\s\-\u2010-\u2015]+"
)  # spaces, hyphens and dashes: whatever people and their phones put in
_CREDENTIAL = re.compile(r"d([1-9][0-9]{0,8})-([a-z2-7]{32})")
_SECRET_BYTES = 20


@dataclass(frozen=True, slots=True)
class Credential:
    """What a device shows: `d{device}-{secret}`."""

    device: int
    secret: str

    def __str__(self) -> str:
        return f"d{self.device}-{self.secret}"


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def shown_code(code: str) -> str:
    """ABCD-EFGH: in two halves, as it is read out."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def code_in(text: str) -> str | None:
    """The code that somebody typed, in whatever case, with spaces or hyphens; None: this can be no code."""
    code = _SEPARATORS.sub("", text).upper()
    return code if len(code) == LENGTH and all(sign in SIGNS for sign in code) else None


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii").lower()


def credential_in(text: str) -> Credential | None:
    match = _CREDENTIAL.fullmatch(text)
    return None if match is None else Credential(int(match[1]), match[2])


def name_in(text: str) -> str | None:
    """A device's name as it is kept, on one line; None where it cannot be one."""
    name = " ".join(text.split())
    return name if len(name) <= LONGEST_NAME and name.isprintable() else None


def hash_of_code(secret: bytes, code: str) -> str:
    """`secret`: the installation's; without it nobody can try codes out on a copy of the database."""
    return _hash(secret, b"tiepdan room code", code)


def hash_of_credential(secret: bytes, credential: Credential) -> str:
    return _hash(secret, b"tiepdan room device", credential.secret)


def is_open(enrolment: RoomEnrolment, at: datetime) -> bool:
    """Whether its code can still be exchanged."""
    return enrolment.used_at is None and enrolment.withdrawn_at is None and at < enrolment.valid_until


def _hash(secret: bytes, purpose: bytes, text: str) -> str:
    key = hmac.digest(secret, purpose, hashlib.sha256)
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).hexdigest()
