"""Settings of one installation, from the environment (`TIEPDAN_…`) or a file named by `TIEPDAN_SETTINGS`.

The README's table is checked against this class.
"""

from __future__ import annotations

import os
import re
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from recordings.archive.address import Access, parse
from server.data.urls import sqlite_url
from server.review.captions.model import find_model


def split_host_and_port(value: str) -> tuple[str, int]:
    host, _, port = value.rpartition(":")
    return host.strip("[]"), int(port)


def _host_and_port(value: str) -> str:
    host, separator, port = value.rpartition(":")
    if not separator or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"came {value!r}; allowed is HOST:PORT, for instance 0.0.0.0:8080")
    return value


def _ip_address_and_port(value: str) -> str:
    host, _ = split_host_and_port(_host_and_port(value))
    try:
        ip_address(host)
    except ValueError:
        raise ValueError(
            f"came {value!r}; allowed is an IP address and a port, for instance 0.0.0.0:5004"
        ) from None
    return value


def _advertised(value: str) -> str:
    if not value:
        return value
    try:
        ip_address(value)
    except ValueError:
        return _ip_address_and_port(value)
    return value


_TURN_URL = re.compile(r"^turns?:(\[[0-9A-Fa-f:]+\]|[^\s:?,]+)(:\d{1,5})?(\?transport=(udp|tcp))?$")


def _turn_urls(value: str) -> str:
    for url in filter(None, (part.strip() for part in value.split(","))):
        if not _TURN_URL.match(url):
            raise ValueError(
                f"came {url!r}; allowed is turn:HOST:PORT or turns:HOST:PORT, with ?transport=udp or =tcp"
            )
    return value


_DATABASE_URLS = (
    "allowed is a database URL: postgresql://USER:PASSWORD@HOST/NAME (a sign of the password that is no letter or"
    " digit as %40 for @), or sqlite:////DIRECTORY/FILE"
)


def _database_url(value: str) -> str:
    if not value:
        return value
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise ValueError(f"came what is none; {_DATABASE_URLS}") from None
    if url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise ValueError(f"came one for {url.drivername!r}; {_DATABASE_URLS}")
    if not url.database or url.database == ":memory:":
        raise ValueError(f"came one without a database's name; {_DATABASE_URLS}")
    return value


_TIMESTAMP_URL = re.compile(r"^https?://[^\s/@]+(/\S*)?$")


def _timestamp_url(value: str) -> str:
    if value and not _TIMESTAMP_URL.match(value):
        raise ValueError("allowed is http://HOST/PATH or https://HOST/PATH, without a name and a password in it")
    return value


def _archive_url(value: str) -> str:
    if value:
        parse(value)
    return value


_HOUR = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


def _hour(value: str) -> str:
    if value and not _HOUR.match(value):
        raise ValueError(f"came {value!r}; allowed is HH:MM from 00:00 to 23:59, or nothing")
    return value


def _captions_model(value: str) -> str:
    if value:
        find_model(Path(value))
    return value


HostAndPort = Annotated[str, AfterValidator(_host_and_port)]
AddressAndPort = Annotated[str, AfterValidator(_ip_address_and_port)]


class Settings(BaseSettings):
    """Read once at start; a wrong value ends the start with the name of the setting and what is allowed."""

    model_config = SettingsConfigDict(env_prefix="TIEPDAN_", frozen=True, extra="forbid")

    http: HostAndPort = Field("127.0.0.1:8080", description="address and port of pages and signalling")
    media: AddressAndPort = Field("0.0.0.0:5004", description="the one UDP port of the media plane")
    media_advertise: Annotated[str, AfterValidator(_advertised)] = Field(
        "", description="IP address, or ADDRESS:PORT, that rooms send media to; empty: found from TIEPDAN_MEDIA"
    )
    media_workers: int = Field(
        1, ge=1, le=16, description="media processes that share the rooms; each more takes the next UDP port"
    )
    turn: Annotated[str, AfterValidator(_turn_urls)] = Field(
        "", description="TURN URLs for rooms without UDP, separated by commas; empty: none"
    )
    turn_secret: str = Field("", repr=False, description="the secret that the TURN server shares with this one")
    metrics_token: str = Field(
        "", repr=False, description="bearer token for /metrics from other machines; empty: none"
    )
    data: Path = Field(Path("data"), description="directory for database, keys, sockets and recordings")
    database: Annotated[str, AfterValidator(_database_url)] = Field(
        "", repr=False, description="database URL; empty: SQLite in the data directory"
    )
    codec: Literal["h264", "vp8"] = Field("h264", description="video codec of the stage")
    language: Literal["vi", "en"] = Field("vi", description="language of pages until a person chooses another")
    watchers_per_token: int = Field(4, ge=1, le=100, description="WHEP players at once on one token")
    agenda_limit: int = Field(60, ge=1, le=500, description="items that fit into one reception's agenda")
    attachment_megabytes: int = Field(
        50, ge=1, le=4000, description="the largest file that is attached to a petition"
    )
    morning_check: Annotated[str, AfterValidator(_hour)] = Field(
        "07:15", description="from when on rooms check themselves in the morning, HH:MM; empty: they do not"
    )
    second_factor: str = Field("", description="roles whose accounts have to have a second factor; empty: none")
    secure_cookies: bool = Field(False, description="true where pages are served over HTTPS by a proxy")
    recordings_spare: str = Field(
        "",
        description="directory on another disk that takes the recording over when the first refuses; empty: none",
    )
    timestamp_url: Annotated[str, AfterValidator(_timestamp_url)] = Field(
        "", description="authority that stamps the time of each signature (RFC 3161); empty: none"
    )
    isolated_sources: bool = Field(
        True, description="desk, floor and document are recorded for themselves, too, beside the programme"
    )
    archive: Annotated[str, AfterValidator(_archive_url)] = Field(
        "",
        repr=False,
        description="where recordings go later: file:///DIRECTORY or s3://BUCKET/PREFIX?endpoint=URL; empty: none",
    )
    archive_key: str = Field("", repr=False, description="name of the key for an archive by s3")
    archive_secret: str = Field("", repr=False, description="the secret that belongs to that key")
    archive_after_days: int = Field(
        90, ge=0, le=3650, description="days after which a recording leaves this machine for the archive"
    )
    captions_model: Annotated[str, AfterValidator(_captions_model)] = Field(
        "", description="directory with a speech model, of which captions are made; empty: none"
    )
    segment_minutes: int = Field(5, ge=1, le=60, description="length of one recorded segment")

    @model_validator(mode="after")
    def _turn_is_whole(self) -> Self:
        if bool(self.turn) != bool(self.turn_secret):
            raise ValueError("TIEPDAN_TURN and TIEPDAN_TURN_SECRET are set together, or neither")
        return self

    @model_validator(mode="after")
    def _archive_is_whole(self) -> Self:
        needs = self.archive.startswith("s3:")
        if bool(self.archive_key) != needs or bool(self.archive_secret) != needs:
            raise ValueError(
                "TIEPDAN_ARCHIVE_KEY and TIEPDAN_ARCHIVE_SECRET are set together, with a TIEPDAN_ARCHIVE that"
                " begins with s3://, and with no other"
            )
        return self

    @property
    def morning_check_after(self) -> timedelta | None:
        """How long after midnight of the province; None: not at all."""
        if not self.morning_check:
            return None
        hours, minutes = map(int, self.morning_check.split(":"))
        return timedelta(hours=hours, minutes=minutes)

    @property
    def archive_access(self) -> Access | None:
        if not self.archive:
            return None
        return Access(url=self.archive, key=self.archive_key, secret=self.archive_secret)

    @property
    def captions_directory(self) -> Path | None:
        return Path(self.captions_model) if self.captions_model else None

    @property
    def turn_urls(self) -> tuple[str, ...]:
        return tuple(url.strip() for url in self.turn.split(",") if url.strip())

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL; the drivers are synchronous and used from one thread."""
        if not self.database:
            return sqlite_url(self.data.absolute() / "tiepdan.db")
        url = make_url(self.database)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return url.render_as_string(hide_password=False)

    @property
    def local_address(self) -> str:
        """Where this machine itself reaches the pages. Browsers give camera and microphone to loopback pages."""
        host, port = split_host_and_port(self.http)
        if host in ("0.0.0.0", "::"):  # noqa: S104 -- compared, not bound
            host = "127.0.0.1"
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def run_directory(self) -> Path:
        """Where the processes' Unix sockets are."""
        return self.data / "run"

    @property
    def attachments_directory(self) -> Path:
        return self.data / "attachments"

    @property
    def recordings_directory(self) -> Path:
        return self.data / "recordings"

    @property
    def spare_directory(self) -> Path | None:
        return Path(self.recordings_spare) if self.recordings_spare else None

    @property
    def signing_directory(self) -> Path:
        """Where the keys are that recordings are signed with."""
        return self.data / "signing"

    @property
    def clips_directory(self) -> Path:
        """Clips that were asked for on a page, each for a day; deleted, they are asked for again."""
        return self.data / "clips"

    @property
    def late_directory(self) -> Path:
        """What rooms hand over late, until it is whole and entered beside its recording."""
        return self.data / "late"

    @property
    def review_directory(self) -> Path:
        """What is made of recordings for those who watch them; deleted, it is made again."""
        return self.data / "review"


def sentences(wrong: ValidationError) -> list[str]:
    """One for each wrong setting: what came, where that can be no secret, and what is allowed."""
    found = []
    for error in wrong.errors(include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        known = Settings.model_fields.get(name)
        came = f" (came {error['input']!r})" if known is not None and known.repr else ""
        found.append(
            f"TIEPDAN_{name.upper().removeprefix('TIEPDAN_')}: {error['msg']}{came}" if name else error["msg"]
        )
    return found


def load() -> Settings:
    """Raises pydantic.ValidationError for a wrong value and FileNotFoundError for a missing settings file."""
    file = os.environ.get("TIEPDAN_SETTINGS")
    if file and not Path(file).is_file():
        raise FileNotFoundError(f"TIEPDAN_SETTINGS names {file!r}, which is no file")
    return Settings(_env_file=file) if file else Settings()
