"""The Debian package of a room: `make room-package`. Everything that is not Debian's is in it, because a commune
has no internet.

It holds a ready tree of libraries below /usr/lib/tiepdan-room, of the versions that stand in this environment, so
that installing is unpacking: no pip, no compiler and no network in the commune, and `dpkg --verify` knows each
file. Nothing of Debian's Python is touched. What a room does not need (server, recordings, pages) is not in it.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib.metadata import distributions, packages_distributions, requires, version
from pathlib import Path

from room_client.appliance.unit import SERVICE, service_files

DEBIAN = {(3, 11): 12, (3, 13): 13}  # which Debian has which Python
LIBRARIES = Path("/usr/lib") / SERVICE
PROGRAM = Path("/usr/bin/tiepdan")
OURS = ("room_client", "signaling")
_PROJECT = Path(__file__).parents[2]
_SCRIPTS = Path(__file__).with_name("debian")
_NOT_IN_A_ROOM = ("__pycache__", "page", "fault_injection", "debian")  # the page comes from the server


class CannotBuild(Exception):
    """Its text says what is missing."""


def needs() -> list[str]:
    """What the room's own code imports, as this project requires it."""
    imported = {name for package in OURS for path in (_PROJECT / package).rglob("*.py") for name in _imports(path)}
    found = packages_distributions()
    wanted = {_plain(one) for name in imported for one in found.get(name, ())}
    return [line for line in requires("tiepdan") or () if "extra ==" not in line and _plain(line) in wanted]


def version_of(stamp_s: float, release: int) -> str:
    """Of what was committed later it is higher, and of the same for a newer Debian, too."""
    stamp = time.strftime("%Y%m%d.%H%M%S", time.gmtime(stamp_s))
    return f"{version('tiepdan')}+{stamp}.deb{release}"


def build(
    to: Path, requirements: Sequence[str], stamp_s: float, pip: Sequence[str] = (), pressed: str = "xz"
) -> Path:
    """The package, in `to`. `stamp_s`: UNIX time of what is packed; a later one is an update of it. `pip`: more of
    pip's options; `pressed`: as dpkg-deb's -Z. Raises CannotBuild, CalledProcessError, OSError."""
    release = DEBIAN.get(sys.version_info[:2])
    if release is None:
        raise CannotBuild(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} here; Debian 12 has 3.11, Debian 13 has 3.13: "
            "make clean; make room-package PYTHON=python3.11"
        )
    full = version_of(stamp_s, release)
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / SERVICE
        _fill_libraries(root / LIBRARIES.relative_to("/"), requirements, Path(made), pip)
        _fill_system(root, full, stamp_s)
        for path in (root, *root.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path == root / PROGRAM.relative_to("/") else 0o644)
        architecture = _fill_control(root, full)
        to.mkdir(parents=True, exist_ok=True)
        package = to / f"{SERVICE}_{full}_{architecture}.deb"
        pack = ("dpkg-deb", "--root-owner-group", f"-Z{pressed}", "--build", str(root), str(package))
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(stamp_s))}
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL, env=environment)
    return package


def _fill_libraries(libraries: Path, requirements: Sequence[str], aside: Path, pip: Sequence[str]) -> None:
    libraries.mkdir(parents=True)
    if requirements:
        constraints = aside / "constraints.txt"
        pinned = sorted(f"{one.name}=={one.version}" for one in distributions() if _plain(one.name) != "tiepdan")
        constraints.write_text("\n".join(pinned), encoding="utf-8")
        subprocess.run(
            (sys.executable, "-m", "pip", "install", "--quiet", "--target", str(libraries), "--no-compile",
             "--only-binary=:all:", "--constraint", str(constraints), *pip, *requirements),
            check=True,
        )  # fmt: skip
    shutil.rmtree(libraries / "bin", ignore_errors=True)  # programs of libraries: they name this machine's Python
    for package in OURS:
        ignored = shutil.ignore_patterns(*_NOT_IN_A_ROOM)
        shutil.copytree(_PROJECT / package, libraries / package, ignore=ignored, dirs_exist_ok=True)
    about = libraries / f"tiepdan-{version('tiepdan')}.dist-info"
    about.mkdir()
    text = f"Metadata-Version: 2.1\nName: tiepdan\nVersion: {version('tiepdan')}\n"
    (about / "METADATA").write_text(text, encoding="utf-8")


def _fill_system(root: Path, full: str, stamp_s: float) -> None:
    for name, text in service_files(PROGRAM, LIBRARIES).items():
        _write(root / "usr/lib" / name, text)
    _write(root / PROGRAM.relative_to("/"), (_SCRIPTS / "tiepdan").read_text(encoding="utf-8"))
    documents = root / "usr/share/doc" / SERVICE
    _write(documents / "copyright", (_SCRIPTS / "copyright").read_text(encoding="utf-8"))
    day = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(stamp_s))
    entry = f"{SERVICE} ({full}) stable; urgency=medium\n\n  * See docs/decisions.md.\n\n"
    changes = f"{entry} -- Tiepdan <tiepdan@localhost>  {day}\n"
    (documents / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=int(stamp_s)))
    overrides = (_SCRIPTS / "lintian-overrides").read_text(encoding="utf-8")
    _write(root / "usr/share/lintian/overrides" / SERVICE, overrides)


def _fill_control(root: Path, full: str) -> str:
    """The architecture this is for."""
    asked = subprocess.run(("dpkg", "--print-architecture"), check=True, capture_output=True, text=True)
    architecture = asked.stdout.strip()
    major, minor = sys.version_info[:2]
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    control = root / "DEBIAN"
    text = (
        (_SCRIPTS / "control")
        .read_text(encoding="utf-8")
        .format(
            name=SERVICE,
            version=full,
            architecture=architecture,
            python=f"{major}.{minor}",
            next_python=f"{major}.{minor + 1}",
            libc=(os.confstr("CS_GNU_LIBC_VERSION") or "").split()[-1],  # wheels were chosen for it
            kilobytes=sum(-(-path.stat().st_size // 1024) for path in files),
        )
    )
    _write(control / "control", text)
    for name in ("postinst", "prerm", "postrm"):
        _write(control / name, (_SCRIPTS / name).read_text(encoding="utf-8"))
        (control / name).chmod(0o755)
    sums = subprocess.run(
        ("md5sum", "--", *sorted(str(path.relative_to(root)) for path in files)),
        check=True, capture_output=True, text=True, cwd=root,
    )  # fmt: skip
    _write(control / "md5sums", sums.stdout)
    return architecture


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _plain(requirement: str) -> str:
    """The name in it, as names are compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement, maxsplit=1)[0]).lower()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _stamp_s() -> float:
    """When what is here was committed, so that the same is packed twice the same; else now."""
    asked = subprocess.run(
        ("git", "log", "-1", "--format=%ct"), cwd=_PROJECT, capture_output=True, text=True, check=False
    )
    return float(asked.stdout) if asked.returncode == 0 and asked.stdout.strip() else time.time()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("dist"))
    if shutil.which("dpkg-deb") is None:
        sys.exit("This needs Debian's dpkg-deb.")
    try:
        print(build(parser.parse_args().to, needs(), _stamp_s()))
    except CannotBuild as error:
        sys.exit(str(error))
