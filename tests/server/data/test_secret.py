"""The installation's secret is made once and never replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.data.secret import load_secret


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    secret = load_secret(tmp_path / "data")
    assert len(secret) == 32
    assert load_secret(tmp_path / "data") == secret
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_damaged_secret_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="allowed are 32"):
        load_secret(tmp_path)
    assert (tmp_path / "secret.key").read_bytes() == b"short"
