"""The archive that an address names."""

from __future__ import annotations

from recordings.archive.address import Access, InDirectory, parse
from recordings.archive.bucket import BucketArchive
from recordings.archive.directory import DirectoryArchive
from recordings.archive.places import Archive


def open_archive(access: Access) -> Archive:
    """Asks nobody yet. Raises BadAddress; ArchiveFailed where the certificate it names cannot be read."""
    where = parse(access.url)
    if isinstance(where, InDirectory):
        return DirectoryArchive(where.path)
    return BucketArchive(where, access.key, access.secret)
