"""Where the archive is: the address an operator writes, and the credentials beside it.

No sentence about a wrong address repeats it: a password may stand in it by mistake.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field

ALLOWED = (
    "allowed is file:///DIRECTORY, or s3://BUCKET/PREFIX?endpoint=https://HOST:PORT, with &region=NAME and"
    " &ca=/FILE.pem where they are needed"
)
_BUCKET = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_PART = re.compile(r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")
_ENDPOINT = re.compile(r"^https?://[^\s/@?#]+/?$")
_REGION = re.compile(r"^[A-Za-z0-9-]{1,40}$")
_ASKED = frozenset({"endpoint", "region", "ca"})


class BadAddress(ValueError):
    """The text says what is wrong and what is allowed."""


class Access(BaseModel):
    """Handed to the processes that move and fetch, on their stdin: never in arguments, logs or pages."""

    model_config = ConfigDict(frozen=True)

    url: str = Field(repr=False)
    key: str = Field("", repr=False)
    secret: str = Field("", repr=False)


@dataclass(frozen=True, slots=True)
class InDirectory:
    """It has to be there: a disk that is not mounted is no archive, and nothing is written in its place."""

    path: Path


@dataclass(frozen=True, slots=True)
class InBucket:
    bucket: str
    prefix: str  # empty, or without a slash at its ends
    endpoint: str
    region: str
    ca: Path | None  # whose certificate the endpoint has; None: those the machine trusts


def parse(url: str) -> InDirectory | InBucket:
    """Raises BadAddress."""
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadAddress(f"came what is no address; {ALLOWED}") from None
    if "@" in parts.netloc:
        raise BadAddress(f"came one with a name or a password in it; {ALLOWED}")
    if parts.scheme == "file":
        return _directory(parts.netloc, parts.path, bool(parts.query or parts.fragment))
    if parts.scheme == "s3":
        return _bucket(parts.netloc, parts.path, asked, bool(parts.fragment))
    raise BadAddress(f"came one that begins with neither file:/// nor s3://; {ALLOWED}")


def _directory(host: str, path: str, more: bool) -> InDirectory:
    found = Path(unquote(path))
    if host or more or not found.is_absolute() or found == Path("/"):
        raise BadAddress(f"came a file: address that is no directory of this machine; {ALLOWED}")
    return InDirectory(found)


def _bucket(bucket: str, path: str, asked: dict[str, list[str]], more: bool) -> InBucket:
    prefix = path.strip("/")
    if not _BUCKET.match(bucket):
        raise BadAddress(f"came an s3: address without the name of a bucket; {ALLOWED}")
    if prefix and not all(_PART.match(part) for part in prefix.split("/")):
        raise BadAddress(f"came a prefix with other signs than letters, digits, . _ and -; {ALLOWED}")
    if more or not asked.keys() <= _ASKED or any(len(values) > 1 for values in asked.values()):
        raise BadAddress(f"came a question mark with something else behind it; {ALLOWED}")
    said = {name: values[0] for name, values in asked.items()}
    if not _ENDPOINT.match(said.get("endpoint", "")):
        raise BadAddress(f"came an s3: address without its endpoint; {ALLOWED}")
    if not _REGION.match(said.get("region", "us-east-1")):
        raise BadAddress(f"came a region with other signs than letters, digits and -; {ALLOWED}")
    ca = Path(said["ca"]) if "ca" in said else None
    if ca is not None and not ca.is_absolute():
        raise BadAddress(f"came a ca that is no path from the root; {ALLOWED}")
    return InBucket(bucket, prefix, said["endpoint"].rstrip("/"), said.get("region", "us-east-1"), ca)
