"""A time stamp of somebody else (RFC 3161) over manifest.sig: that this signature was there at that time.

Only the hash of the signature leaves the machine. Whoever stamps is asked after sealing, never before it; whether
the stamp is good is `verify`'s to say, with the authority's certificate and without a network.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import datetime
from http.client import HTTPException
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from recordings.findings import Finding, Part, State, Why
from recordings.store import SIGNATURE, STAMP, Folder, UnreadableManifest, replace_file

TIMEOUT_S = 20.0
LARGEST = 64 * 1024  # of an answer: a few certificates
_GRANTED = 0
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


class NotStamped(Exception):
    """The text says what came of it; it is to be tried again."""


class AuthorityUnusable(ValueError):
    """The text says what came and what is allowed."""


def wants_stamp(folder: Folder) -> bool:
    """Sealed, signed, and without one."""
    try:
        manifest = folder.load()
    except UnreadableManifest:
        return False
    signed = manifest is not None and manifest.state == "sealed" and (folder.path / SIGNATURE).is_file()
    return signed and not (folder.path / STAMP).exists()


def stamp(folder: Folder, url: str) -> datetime:
    """Asks for a stamp and keeps it beside the signature; the time it says. Blocks while the network does.

    Raises NotStamped, OSError.
    """
    signature = (folder.path / SIGNATURE).read_bytes()
    wanted = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build()
    came = _ask(url, wanted.as_bytes())
    response = _decoded(came)
    if response is None:
        raise NotStamped(f"{len(came)} bytes came that are no answer of RFC 3161")
    if response.status != _GRANTED:
        raise NotStamped(f"the authority refused (status {response.status})")
    if not _is_over(response, signature) or response.tst_info.nonce != wanted.nonce:
        raise NotStamped("the answer is about something else")
    replace_file(folder.path / STAMP, came)
    return response.tst_info.gen_time


def read_authority(file: Path) -> tuple[x509.Certificate, ...]:
    """The certificates of the authority, PEM: its root, with those between if the stamps do not bring them.

    Raises AuthorityUnusable, OSError.
    """
    try:
        certificates = tuple(x509.load_pem_x509_certificates(file.read_bytes()))
    except ValueError:
        raise AuthorityUnusable(f"{file} holds no certificate; allowed are certificates in PEM") from None
    if not any(each.subject == each.issuer for each in certificates):
        raise AuthorityUnusable(f"{file} lacks the authority's root: a certificate that is signed by itself")
    return certificates


def stamp_of(path: Path, authority: Sequence[x509.Certificate] | None) -> list[Finding]:
    """What there is to say of the folder's stamp. `authority` None: none was brought, so that only what the stamp
    is about is compared. Empty: there is none, and nobody asks for one."""

    def found(state: State, why: Why = Why.NOTHING, **said: str) -> list[Finding]:
        return [Finding(Part.STAMP, STAMP, state, why, said)]

    file = path / STAMP
    if file.is_symlink():
        return found(State.ALTERED, Why.IS_A_LINK)
    if not file.is_file():
        return found(State.UNSIGNED, Why.NO_STAMP) if authority is not None else []
    try:
        response, signature = _decoded(file.read_bytes()), _signature_in(path)
    except OSError as failed:
        return found(State.UNREAD, Why.CANNOT_READ, system=failed.strerror or type(failed).__name__)
    if response is None or response.status != _GRANTED:
        return found(State.ALTERED, Why.UNREADABLE)
    if signature is None or not _is_over(response, signature):
        return found(State.ALTERED, Why.STAMP_OF_ANOTHER)
    at = response.tst_info.gen_time.isoformat(timespec="seconds")
    if authority is None:
        return found(State.UNSIGNED, Why.NO_AUTHORITY_BROUGHT, at=at)
    roots = [each for each in authority if each.subject == each.issuer]
    between = [each for each in authority if each.subject != each.issuer]
    try:
        VerifierBuilder(roots=roots, intermediates=between).build().verify_message(response, signature)
    except (VerificationError, ValueError):
        return found(State.ALTERED, Why.STAMP_NOT_OF_AUTHORITY, at=at)
    return found(State.WHOLE, Why.STAMPED, at=at)


def _signature_in(path: Path) -> bytes | None:
    signature = path / SIGNATURE
    return signature.read_bytes() if signature.is_file() else None


def _ask(url: str, body: bytes) -> bytes:
    request = urllib.request.Request(
        url, body, {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
            came: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise NotStamped(f"the authority answered {error.code}") from None
    except (OSError, HTTPException) as error:
        raise NotStamped(f"the authority did not answer ({type(error).__name__})") from None
    if len(came) > LARGEST:
        raise NotStamped(f"an answer of more than {LARGEST} bytes came")
    return came


def _decoded(data: bytes) -> TimeStampResponse | None:
    """None for what is no answer, and for one that was refused without a token."""
    try:
        response = decode_timestamp_response(data)
        if response.status == _GRANTED:
            _ = response.tst_info  # read lazily: raises where it is damaged
    except ValueError:
        return None
    return response


def _is_over(response: TimeStampResponse, signature: bytes) -> bool:
    imprint = response.tst_info.message_imprint
    return imprint.hash_algorithm == _SHA256 and imprint.message == hashlib.sha256(signature).digest()
