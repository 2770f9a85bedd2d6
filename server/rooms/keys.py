"""Room keys and tokens: what a room shows instead of an account, signed with the installation's secret.

A key is `CODE-VERSION-SIGNATURE`, a token `CODE-VERSION-SCOPE-LASTDAY-SIGNATURE`: lower-case letters, digits
and hyphens only, so that it survives an address bar, a header, a shell and a television's remote control.
The signature is an HMAC-SHA-256 cut to 160 bits and written in base32, which leaves no spare bits: every
character counts. Withdrawing a room's key is raising its version, which is the registry's business.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from itsdangerous import Signer

from signaling.refusals import RefusalCode, Refused

Scope = Literal["watch", "desk", "room"]
SCOPES: tuple[Scope, ...] = ("watch", "desk", "room")
_KEY = re.compile(r"([0-9]{1,5})-([1-9][0-9]{0,6})-([a-z2-7]{32})")
_TOKEN = re.compile(r"([0-9]{1,5})-([1-9][0-9]{0,6})-(watch|desk|room)-([0-9]{8})-([a-z2-7]{32})")
_SIGNATURE_BYTES = 20


@dataclass(frozen=True)
class RoomKey:
    code: str
    version: int


@dataclass(frozen=True)
class RoomToken:
    code: str
    version: int
    scope: Scope
    last_day: date  # UTC, included


def make_key(secret: bytes, code: str, version: int) -> str:
    """The key of a room; it is valid as long as the room's `key_version` is `version`."""
    body = f"{code}-{version}"
    return f"{body}-{_signature(secret, 'room key', body)}"


def make_token(
    secret: bytes, code: str, version: int, scope: Scope, days: int, *, today: date | None = None
) -> str:
    """A bearer token for WHEP ("watch") or WHIP ("desk"), valid today and for `days` days after it (UTC)."""
    last_day = (today or datetime.now(UTC).date()) + timedelta(days=days)
    body = f"{code}-{version}-{scope}-{last_day:%Y%m%d}"
    return f"{body}-{_signature(secret, 'media token', body)}"


def parse_key(secret: bytes, text: str) -> RoomKey:
    """Raises Refused(BAD_KEY). Whether the version still counts is the registry's to say (`check_key`)."""
    match = _KEY.fullmatch(text)
    if match is None or not _genuine(secret, "room key", text):
        raise Refused(RefusalCode.BAD_KEY)
    return RoomKey(code=match[1], version=int(match[2]))


def parse_token(secret: bytes, text: str, today: date | None = None) -> RoomToken:
    """Raises Refused(BAD_KEY), also for a token whose last day is over."""
    match = _TOKEN.fullmatch(text)
    if match is None or not _genuine(secret, "media token", text):
        raise Refused(RefusalCode.BAD_KEY)
    last_day = datetime.strptime(match[4], "%Y%m%d").replace(tzinfo=UTC).date()
    if last_day < (today or datetime.now(UTC).date()):
        raise Refused(RefusalCode.BAD_KEY)
    scope = next(scope for scope in SCOPES if scope == match[3])
    return RoomToken(code=match[1], version=int(match[2]), scope=scope, last_day=last_day)


def _genuine(secret: bytes, purpose: str, text: str) -> bool:
    body, _, signature = text.rpartition("-")
    return hmac.compare_digest(signature.encode("ascii"), _signature(secret, purpose, body).encode("ascii"))


def _signature(secret: bytes, purpose: str, body: str) -> str:
    signer = Signer(
        secret, salt=f"tiepdan {purpose}", key_derivation="hmac", digest_method=staticmethod(hashlib.sha256)
    )
    whole = signer.algorithm.get_signature(signer.derive_key(), body.encode("ascii"))
    return base64.b32encode(whole[:_SIGNATURE_BYTES]).decode("ascii").lower()
