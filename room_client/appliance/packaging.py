"""The Debian package of a room: `make room-package`. Everything is in it, because a commune has no internet.

It brings wheels and makes an environment of its own of them, so that nothing of Debian's Python is touched; an
update is the next package, which starts the service anew. The enrolment, the settings and the log stay.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from room_client.appliance.installing import SERVICE

HOME = Path("/opt") / SERVICE
WHEELS = Path("/usr/share") / SERVICE / "wheels"
_PROJECT = Path(__file__).parents[2]
_CONTROL = """\
Package: {name}
Version: {version}
Architecture: {architecture}
Maintainer: Tiepdan <root@localhost>
Depends: python3 (>= {python}), python3 (<< {next_python}), python3-venv, chromium, cage, xwayland, alsa-utils,
 libpam-systemd, dbus
Recommends: pulseaudio-utils, fonts-noto-core
Section: video
Priority: optional
Description: Tiepdan: this computer is a reception room
 Sends the room's camera and microphone, shows the reception full screen, and needs nobody at a keyboard.
"""
_AFTER = f"""\
#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
[ -x {HOME}/bin/python ] || python3 -m venv {HOME}
{HOME}/bin/python -m pip install --quiet --no-index --find-links {WHEELS} --upgrade --force-reinstall tiepdan
[ ! -d /run/systemd/system ] || {{ systemctl daemon-reload; systemctl try-restart {SERVICE}; }}
"""
_BEFORE_REMOVAL = f"""\
#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
[ ! -d /run/systemd/system ] || systemctl disable --now {SERVICE} || true
rm -rf {HOME} /etc/systemd/system/{SERVICE}.service
"""


def build(to: Path) -> Path:
    """The package, in `to`. Raises CalledProcessError, OSError."""
    major, minor = sys.version_info[:2]
    architecture = subprocess.run(
        ("dpkg", "--print-architecture"), check=True, capture_output=True, text=True
    ).stdout.strip()
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / SERVICE
        wheels = root / WHEELS.relative_to("/")
        wheels.mkdir(parents=True)
        pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", str(wheels), str(_PROJECT))
        subprocess.run(pip, check=True)
        link = root / "usr/bin/tiepdan"
        link.parent.mkdir(parents=True)
        link.symlink_to(HOME / "bin/tiepdan")
        control = root / "DEBIAN"
        control.mkdir()
        text = _CONTROL.format(
            name=SERVICE,
            version=version("tiepdan"),
            architecture=architecture,
            python=f"{major}.{minor}",
            next_python=f"{major}.{minor + 1}",
        )
        (control / "control").write_text(text, encoding="utf-8")
        for name, script in (("postinst", _AFTER), ("prerm", _BEFORE_REMOVAL)):
            (control / name).write_text(script, encoding="utf-8")
            (control / name).chmod(0o755)
        for path in root.rglob("*"):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        root.chmod(0o755)
        to.mkdir(parents=True, exist_ok=True)
        package = to / f"{SERVICE}_{version('tiepdan')}_{architecture}.deb"
        pack = ("dpkg-deb", "--root-owner-group", "-Znone", "--build", str(root), str(package))
        subprocess.run(pack, check=True)  # not compressed: wheels are
    return package


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("dist"))
    if shutil.which("dpkg-deb") is None:
        sys.exit("This needs Debian's dpkg-deb.")
    print(build(parser.parse_args().to))
