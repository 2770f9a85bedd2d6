"""Where namespaces cannot be made, callers are told why in a sentence, and nothing is half made."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from server.bench.line import namespaces
from server.bench.line.run import run_lines
from server.bench.line.tun import open_tun


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/sbin/{name}")
    assert namespaces.why_not() == "network namespaces need root"


def test_without_the_tools_it_names_the_packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert namespaces.why_not() == "ip and nft not found (Debian packages iproute2 and nftables)"


def test_without_tun_devices_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/sbin/{name}")
    monkeypatch.setattr(namespaces, "TUN_FILE", str(tmp_path / "tun"))
    assert "the kernel has no TUN devices here" in (namespaces.why_not() or "")


async def test_the_table_is_refused_with_that_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(namespaces.NamespacesMissing, match="Debian packages"):
        await run_lines()


@pytest.mark.parametrize("name", ["", "a-name-of-16-byte"])
def test_a_device_name_the_kernel_would_cut_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="allowed is a name of 1 to 15 bytes"):
        open_tun(name)
