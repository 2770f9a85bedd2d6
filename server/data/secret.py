"""The installation's secret: 32 random bytes from which keys, tokens and cookies are derived."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_SIZE = 32


def load_secret(data: Path) -> bytes:
    """Read `<data>/secret.key`, or make it, readable by its owner only.

    Raises ValueError if the file holds something else: replacing it would end every key of every room.
    """
    path = data / "secret.key"
    data.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_bytes()
        if len(secret) != _SIZE:
            raise ValueError(
                f"secret.key came with {len(secret)} bytes; allowed are {_SIZE}. Restore it from a backup."
            ) from None
        return secret
    secret = secrets.token_bytes(_SIZE)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    return secret
