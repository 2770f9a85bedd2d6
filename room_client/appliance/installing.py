"""`tiepdan room install`: the settings of this room, and its service where no package brought that.

Settings are written anew each time; they are what the command was told. What the package brought is left as it
is, so that an update reaches it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from room_client.appliance.unit import NO_SCREEN_PART, SCREEN_PART, SERVICE, SETTINGS, STATE, UNIT, service_files
from room_client.whole_file import write_whole

HAND_KEYS = "enter,space,ok,select,playpause"  # those of the page (page/keys.js)
KEEP_MEGABYTES = 500  # half an hour at 2.2 Mbit/s
_SETTINGS = f"""\
# Settings of this room, kept by updates; read when it starts: systemctl restart {SERVICE}
# An address of a camera may hold a password: readable by the administrator only.

# https://HOST of the province
TIEPDAN_ROOM_SERVER={{server}}
# default, /dev/video0, /dev/v4l/by-id/..., rtsp://..., none
TIEPDAN_ROOM_VIDEO={{video}}
# default, alsa:NAME, pulse:NAME, rtsp://..., none
TIEPDAN_ROOM_AUDIO={{audio}}
# true: the room's page full screen (change it by `tiepdan room install`, which frees the console, too)
TIEPDAN_ROOM_SCREEN={{screen}}
# without a screen: what raises and lowers the hand; enter@/dev/input/by-id/... of one device alone; empty: nothing
TIEPDAN_ROOM_HAND_KEY={{hand_key}}
# of what it says: vi, en
TIEPDAN_ROOM_LANGUAGE={{language}}
# what the room records of itself while its line is down on the floor, until it is handed over; no folder: nothing
TIEPDAN_ROOM_KEEP={STATE}/kept
TIEPDAN_ROOM_KEEP_MEGABYTES={KEEP_MEGABYTES}
"""


class NotInstalled(Exception):
    """Its text says what could not be done."""


@dataclass(frozen=True, slots=True)
class Settings:
    """As the options of `tiepdan room`. `server` empty: nobody has said it yet."""

    server: str = ""
    video: str = "default"
    audio: str = "default"
    screen: bool = True
    hand_key: str = HAND_KEYS
    language: str = "vi"

    def text(self) -> str:
        """As systemd and `read_server` take it. Raises NotInstalled."""
        values = {name: str(getattr(self, name)) for name in self.__slots__}
        values["screen"] = values["screen"].lower()
        if any("\n" in value or "'" in value for value in values.values()):
            raise NotInstalled("' \\n")
        return _SETTINGS.format(**{name: f"'{value}'" for name, value in values.items()})


def install(root: Path, settings: Settings) -> Iterator[str]:
    """Write everything below `root` and, where that is this system, start it. Yields what was done.

    Raises NotInstalled.
    """
    here = root == Path("/")
    if here and os.geteuid() != 0:
        raise NotInstalled("sudo tiepdan room install")
    text = settings.text()
    is_packaged = (root / "usr/lib" / UNIT).exists()
    if not is_packaged:
        program = Path(sys.executable).with_name("tiepdan")
        for name, content in service_files(program, Path(__file__).parents[2]).items():
            yield _write(root / "etc" / name, content, 0o644)
    yield _write(root / SETTINGS.relative_to("/"), text, 0o600)
    part = root / "etc" / SCREEN_PART
    if not settings.screen:  # a file of the same name in /etc stands in the place of the package's
        yield _write(part, NO_SCREEN_PART, 0o644)
    elif is_packaged:
        part.unlink(missing_ok=True)
    for command in (
        ("systemd-sysusers",),
        ("systemctl", "daemon-reload"),
        ("systemctl", "enable", SERVICE),
        ("systemctl", "restart", SERVICE),
    ):
        if here:
            try:
                subprocess.run(command, check=True)
            except (OSError, subprocess.CalledProcessError) as error:
                raise NotInstalled(shlex.join(command)) from error
        yield shlex.join(command)


def read_server(root: Path = Path("/")) -> str:
    """The server's address in this computer's settings; empty where there is none that this account may read."""
    try:
        lines = (root / SETTINGS.relative_to("/")).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    values = [line.partition("=")[2] for line in lines if line.startswith("TIEPDAN_ROOM_SERVER=")]
    return values[-1].strip().strip("'\"") if values else ""


def start_service(state: Path) -> bool:
    """Start the service that reads `state`, anew where it runs. False: there is none, or not for this account."""
    if state != STATE or os.geteuid() != 0 or not SETTINGS.exists() or not Path("/run/systemd/system").is_dir():
        return False
    return subprocess.run(("systemctl", "restart", "--no-block", SERVICE), capture_output=True).returncode == 0


def _write(path: Path, text: str, mode: int) -> str:
    try:
        for folder in reversed([one for one in path.parents if not one.exists()]):
            folder.mkdir()
            folder.chmod(0o755)  # nothing here is secret but the settings
        write_whole(path, text, mode=mode)
    except OSError as error:
        raise NotInstalled(f"{path}: {error.strerror}") from error
    return str(path)
