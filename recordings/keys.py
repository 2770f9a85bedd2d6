"""The installation's signing keys: one Ed25519 pair in use, and the public halves of those before it, dated.

    signing/keys.json             every public key, from when to when it signs; handed out, and kept elsewhere
    signing/KEY-ID.private.pem    the key in use; readable by the service account only, in no backup of ours

A public key that lies beside what it signed proves nothing: whoever alters the one replaces the other. So nothing
in a recording's folder but the key's number says whose it is, and whoever verifies brings `keys.json`.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from recordings.store import replace_file

PUBLIC = "keys.json"
KeyId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class KeysUnusable(ValueError):
    """A key file is missing, damaged, or open to others; the text says which, and what is allowed."""


class PublicKey(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: KeyId
    public: str  # base64 of the 32 bytes
    since: AwareDatetime
    until: AwareDatetime | None = None  # None: in use

    def holds(self, signature: bytes, data: bytes) -> bool:
        try:
            self._loaded().verify(signature, data)
        except (InvalidSignature, ValueError):
            return False
        return True

    def was_in_use(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or at <= self.until)

    def pem(self) -> str:
        """As openssl reads it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._loaded().public_bytes(serialization.Encoding.PEM, form).decode()

    def _loaded(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(self.public, validate=True))


class PublicKeys(BaseModel):
    """All keys of one installation, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    keys: tuple[PublicKey, ...] = ()

    def find(self, key_id: str) -> PublicKey | None:
        return next((key for key in self.keys if key.id == key_id), None)

    @property
    def in_use(self) -> PublicKey | None:
        return next((key for key in self.keys if key.until is None), None)


class SigningKey:
    """The key in use. Signatures are those of RFC 8032, of the very bytes."""

    def __init__(self, public: PublicKey, private: Ed25519PrivateKey) -> None:
        self.public = public
        self._private = private

    @property
    def id(self) -> str:
        return self.public.id

    def sign(self, data: bytes) -> bytes:
        return self._private.sign(data)


def read_public_keys(file: Path) -> PublicKeys:
    """Raises KeysUnusable and OSError."""
    try:
        keys = PublicKeys.model_validate_json(file.read_bytes())
        if any(key.id != _id_of(base64.b64decode(key.public, validate=True)) for key in keys.keys):
            raise KeysUnusable(f"{file} has a key whose number is not that of its bytes")
    except ValidationError as error:
        raise KeysUnusable(
            f"{file} is no list of public keys ({error.error_count()} faults); allowed is what"
            " `tiepdan recordings key` prints"
        ) from None
    except (UnicodeDecodeError, ValueError) as error:
        raise KeysUnusable(f"{file} is no list of public keys: {error}") from None
    return keys


def signing_key(directory: Path, now: datetime) -> SigningKey:
    """The key in use; made, with its directory, where the installation has none yet. Raises KeysUnusable, OSError.

    A private key that is lost is no reason for a new one by itself: that is said, and `rotate` is a person's act.
    """
    with _locked(directory):
        keys = _known(directory)
        public = keys.in_use
        if public is None:
            return _make(directory, keys, now)
        return SigningKey(public, _private(directory / f"{public.id}.private.pem"))


def rotate(directory: Path, now: datetime) -> SigningKey:
    """Another key from now on. The public half of the one before stays, its private half is removed."""
    with _locked(directory):
        keys = _known(directory)
        last = keys.in_use
        ended = tuple(key if key.until else key.model_copy(update={"until": now}) for key in keys.keys)
        made = _make(directory, PublicKeys(keys=ended), now)
        if last is not None:
            (directory / f"{last.id}.private.pem").unlink(missing_ok=True)
        return made


def _known(directory: Path) -> PublicKeys:
    file = directory / PUBLIC
    return read_public_keys(file) if file.exists() else PublicKeys()


def _make(directory: Path, keys: PublicKeys, now: datetime) -> SigningKey:
    """The private half is on the disk before the public one is listed: never a listed key that nobody has."""
    private = Ed25519PrivateKey.generate()
    raw = private.public_key().public_bytes_raw()
    public = PublicKey(id=_id_of(raw), public=base64.b64encode(raw).decode(), since=now.astimezone(UTC))
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    replace_file(directory / f"{public.id}.private.pem", text, mode=0o600)
    listed = PublicKeys(keys=(*keys.keys, public))
    replace_file(directory / PUBLIC, listed.model_dump_json(indent=1).encode() + b"\n", mode=0o644)
    return SigningKey(public, private)


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        mode = file.stat().st_mode & 0o777
        if mode & 0o077:
            raise KeysUnusable(f"{file} has mode {mode:o}; allowed is 600: nobody else may read it")
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except FileNotFoundError:
        raise KeysUnusable(
            f"{file} is missing. Put it back, or begin with another key: tiepdan recordings key --rotate"
        ) from None
    except (TypeError, ValueError) as error:
        if isinstance(error, KeysUnusable):
            raise
        raise KeysUnusable(f"{file} is no private key in PEM without a password") from None
    if (
        not isinstance(key, Ed25519PrivateKey)
        or f"{_id_of(key.public_key().public_bytes_raw())}." not in file.name
    ):
        raise KeysUnusable(f"{file} holds another key than its name says")
    return key


def _id_of(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:16]


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Recorder, server and command line may ask for the first key at once: one of them makes it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
