"""The Debian package of a room: what is in it, and what is not. The whole one is `make room-package`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest

from room_client.appliance import packaging
from room_client.appliance.packaging import DEBIAN, LIBRARIES, OURS, CannotBuild, build, needs, version_of
from room_client.appliance.unit import SERVICE

DAY_S = 86_400


def wheel(folder: Path) -> Path:
    """A library of one module, which brings a program that a room does not need."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", "ANSWER = 42\n")
        about = "tiny-1.0.dist-info"
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{about}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        file.writestr(f"{about}/RECORD", "")
    return path


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("dpkg-deb") or sys.version_info[:2] not in DEBIAN:
        pytest.skip("needs Debian's dpkg-deb and Python")
    folder = tmp_path_factory.mktemp("package")
    return build(folder, [str(wheel(folder))], 20_000 * DAY_S, ["--no-index"], "gzip")


@pytest.fixture(scope="module")
def root(package: Path) -> Path:
    """What it puts on a computer."""
    said("dpkg-deb", "-x", str(package), str(package.parent / "root"))
    return package.parent / "root"


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_a_room_is_in_it_and_nothing_of_the_server(package: Path, root: Path, tmp_path: Path) -> None:
    said("dpkg-deb", "-e", str(package), str(tmp_path / "control"))
    libraries = root / LIBRARIES.relative_to("/")
    about = f"tiepdan-{version('tiepdan')}.dist-info"
    assert {path.name for path in libraries.iterdir()} == {*OURS, "tiny.py", "tiny-1.0.dist-info", about}
    assert not list(root.rglob("__pycache__")), "compiled for this machine"
    unit = (root / "usr/lib/systemd/system" / f"{SERVICE}.service").read_text()
    start = re.search(r"^ExecStart=/bin/sh (\S+) (\S+) room$", unit, re.MULTILINE)
    assert start is not None
    assert all((root / each.removeprefix("/")).is_file() for each in start.groups())
    assert not (root / "etc").exists(), "settings are the commune's"
    control = (tmp_path / "control/control").read_text()
    for needed in ("python3 (>= 3.", "chromium", "cage", "alsa-utils", "libpam-systemd"):
        assert needed in control
    for script in ("postinst", "prerm", "postrm"):
        said("/bin/sh", "-n", str(tmp_path / "control" / script))
    listed = said("dpkg-deb", "-c", str(package))
    assert not [line for line in listed.splitlines() if "root/root" not in line], "somebody else's files"


def test_what_is_in_it_starts_without_anything_of_this_project(root: Path) -> None:
    libraries = root / LIBRARIES.relative_to("/")
    others = [path for path in sys.path if "site-packages" in path]
    code = (
        f"import sys; sys.path[:0] = [{str(libraries)!r}]; sys.path += {others!r}; import tiny\n"
        "from room_client.appliance.program import app; import room_client\n"
        "assert room_client.__file__.startswith(sys.path[0]) and tiny.ANSWER == 42\n"
        "app(['room', '--help'])"
    )
    assert "--hand-key" in said(sys.executable, "-IS", "-c", code)


@pytest.mark.skipif(not shutil.which("dpkg"), reason="needs Debian's dpkg")
def test_what_was_committed_later_is_an_update_and_so_is_another_debian() -> None:
    versions = [version_of(20_000 * DAY_S, 12), version_of(20_000 * DAY_S, 13), version_of(20_001 * DAY_S, 12)]
    for before, after in pairwise(versions):
        subprocess.run(("dpkg", "--compare-versions", before, "lt", after), check=True)


def test_a_python_of_no_debian_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "DEBIAN", {})
    with pytest.raises(CannotBuild, match=r"Debian 12 has 3\.11, Debian 13 has 3\.13"):
        build(tmp_path, [], 0.0)
    assert not list(tmp_path.iterdir())


def test_a_room_needs_what_its_code_imports_and_no_more() -> None:
    names = {re.split(r"[^\w-]", line, maxsplit=1)[0].lower() for line in needs()}
    assert {"aiohttp", "aiortc", "av", "numpy", "typer"} <= names
    assert not names & {"sqlmodel", "alembic", "fpdf2", "obstore", "openpyxl", "jinja2"}
