"""An archive in a bucket of an S3-compatible object store, by obstore (the Rust crate object_store, one wheel).

The store compares each request with a SHA-256 of its own (`checksum_algorithm`), and makes an object visible only
when its last part has come. What went wrong is told by the kind of error and by what another question shows,
never by the text of an answer.

The library is imported when it is needed: it is no part of the start of the control process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from recordings.archive.address import InBucket
from recordings.archive.places import Lying
from recordings.archive.troubles import ArchiveFailed, Trouble

_PART_BYTES = 16 << 20  # at most 10,000 of them make an object: 160 GB
_AT_ONCE = 2  # parts on their way; each is in memory
_RETRIES: Any = {
    "max_retries": 2,
    "backoff": {
        "init_backoff": timedelta(milliseconds=200),
        "max_backoff": timedelta(seconds=2),
        "base": 2,
    },
    "retry_timeout": timedelta(seconds=60),
}
_TIMES = {"connect_timeout": "5s", "read_timeout": "20s", "timeout": "10 minutes"}


class BucketArchive:
    def __init__(self, where: InBucket, key: str, secret: str) -> None:
        """Raises ArchiveFailed where its certificate cannot be read, or is none."""
        from obstore import exceptions
        from obstore.store import S3Store

        self._prefix = f"{where.prefix}/" if where.prefix else ""
        client: Any = {**_TIMES, "allow_http": where.endpoint.startswith("http:")}
        if where.ca is not None:
            try:
                client["root_certificate"] = where.ca.read_bytes()
            except OSError as error:
                raise ArchiveFailed(Trouble.NO_PLACE, where.ca.name) from error
        try:
            self._store: Any = S3Store(
                where.bucket,
                endpoint=where.endpoint,
                region=where.region,
                access_key_id=key,
                secret_access_key=secret,
                virtual_hosted_style_request=False,
                checksum_algorithm="SHA256",
                client_options=client,
                retry_config=_RETRIES,
            )
        except exceptions.BaseError:
            raise ArchiveFailed(Trouble.UNREACHABLE) from None

    def put(self, name: str, blocks: Iterator[bytes]) -> None:
        import obstore

        with self._heard(name, writes=True):
            obstore.put(self._store, self._prefix + name, blocks, chunk_size=_PART_BYTES, max_concurrency=_AT_ONCE)

    def blocks(self, name: str) -> Iterator[bytes]:
        import obstore

        with self._heard(name):
            for block in obstore.get(self._store, self._prefix + name).stream(min_chunk_size=1 << 20):
                yield bytes(block)

    def read(self, name: str, start: int, count: int) -> bytes:
        import obstore

        with self._heard(name):
            return bytes(obstore.get_range(self._store, self._prefix + name, start=start, length=count))

    def lying_in(self, folder: str) -> list[Lying]:
        import obstore

        with self._heard(folder):
            pages = obstore.list(self._store, prefix=f"{self._prefix}{folder}/")
            found = [(each["path"].removeprefix(self._prefix), each["size"]) for page in pages for each in page]
            return sorted(Lying(name, size) for name, size in found)

    def remove(self, name: str) -> None:
        import obstore

        with self._heard(name):
            obstore.delete(self._store, self._prefix + name)

    @contextmanager
    def _heard(self, name: str, *, writes: bool = False) -> Iterator[None]:
        """What the library says is not repeated: it has addresses in it, and what the server answered."""
        from obstore import exceptions

        try:
            yield
        except FileNotFoundError:
            raise self._failed(name, Trouble.NOT_THERE) from None
        except exceptions.BaseError as error:
            refused = isinstance(error, exceptions.PermissionDeniedError | exceptions.UnauthenticatedError)
            seen = Trouble.CREDENTIALS if refused else Trouble.UNREACHABLE
            raise self._failed("", Trouble.TAKES_NOTHING if writes else seen) from None

    def _failed(self, name: str, else_: Trouble) -> ArchiveFailed:
        place = self._of_all()
        return ArchiveFailed(else_, name) if place is None else ArchiveFailed(place)

    def _of_all(self) -> Trouble | None:
        """What is wrong with the archive as a whole; None: it can be read. A bucket that is not there is told from
        a server that is not there by asking for a file: only a server answers that there is none."""
        import obstore
        from obstore import exceptions

        try:
            for _page in obstore.list(self._store, prefix=f"{self._prefix}-/"):
                break
            return None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            return Trouble.CREDENTIALS
        except exceptions.BaseError:
            pass
        try:
            obstore.head(self._store, f"{self._prefix}-")
        except FileNotFoundError:
            return Trouble.NO_PLACE
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            return Trouble.CREDENTIALS
        except exceptions.BaseError:
            pass
        return Trouble.UNREACHABLE
