"""What ends a backup or a restore. Each message is a sentence for whoever ran it."""

from __future__ import annotations


class BackupFailed(Exception):
    """No file was written; those that are there were left alone."""


class BadBackup(Exception):
    """The file cannot be restored; the database was left alone."""


class RestoreRefused(Exception):
    """The file is good, but it may not be restored like this; the database was left alone."""
