"""The service of a room: written out by a command, so that it fits where the program lies.

systemd starts it with the computer, on the first console, and again whenever it ends or is no longer fed
(`service_manager`). Its log has a space of its own, so that it neither fills the disk nor pushes others out.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SERVICE = "tiepdan-room"
STATE = Path("/var/lib") / SERVICE
WATCHDOG_S = 90  # three times what a source may take for one step
LOG_MEGABYTES = 50
KEEP_MEGABYTES = 500  # half an hour at 2.2 Mbit/s
_UNIT = f"""\
# Written by `tiepdan room install`. Settings are in /etc/{SERVICE}.conf; changes of yours belong into
# `systemctl edit {SERVICE}`, which an update leaves alone.
[Unit]
Description=Tiepdan: this computer is a reception room
Wants=network-online.target
After=network-online.target systemd-user-sessions.service systemd-logind.service dbus.socket sound.target
StartLimitIntervalSec=0
{{unit}}
[Service]
Type=notify
User={SERVICE}
EnvironmentFile=/etc/{SERVICE}.conf
ExecStart={{command}}
Restart=always
RestartSec=2
WatchdogSec={WATCHDOG_S}
TimeoutStartSec=60
TimeoutStopSec=15
StateDirectory={SERVICE}
StateDirectoryMode=0700
UMask=0077
LogNamespace={SERVICE}
{{service}}
[Install]
WantedBy=multi-user.target
"""
_UNIT_OF_SCREEN = """\
After=getty@tty1.service
Conflicts=getty@tty1.service
"""
_SERVICE_OF_SCREEN = """\
PAMName=login
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
TTYVTDisallocate=yes
StandardInput=tty-fail
StandardOutput=journal
StandardError=journal
UtmpIdentifier=tty1
UtmpMode=user
"""
_LOG = f"""\
# Written by `tiepdan room install`: the log of the room, `journalctl --namespace={SERVICE}`.
[Journal]
Storage=persistent
SystemMaxUse={LOG_MEGABYTES}M
MaxRetentionSec=3month
"""
_ACCOUNT = f"""\
# Written by `tiepdan room install`: the account that the room runs as.
u {SERVICE} - "Tiepdan room" {STATE}
m {SERVICE} video
m {SERVICE} audio
m {SERVICE} render
m {SERVICE} input
"""
_SETTINGS = f"""\
# Settings of this room; read when it starts: systemctl restart {SERVICE}
# Kept by updates. An address of a camera may hold a password: readable by the administrator only.
TIEPDAN_ROOM_SERVER={{server}}
TIEPDAN_ROOM_VIDEO={{video}}
TIEPDAN_ROOM_AUDIO={{audio}}
TIEPDAN_ROOM_SCREEN={{screen}}
TIEPDAN_ROOM_LANGUAGE={{language}}
# What the room records of itself while its line is down and it has the floor, until it is handed over; without
# the folder nothing is recorded here.
TIEPDAN_ROOM_KEEP={STATE}/kept
TIEPDAN_ROOM_KEEP_MEGABYTES={KEEP_MEGABYTES}
"""


class NotInstalled(Exception):
    """Its text says what could not be done."""


def install(root: Path, *, server: str, video: str, audio: str, screen: bool, language: str) -> Iterator[str]:
    """Write everything below `root` and, where that is this system, start it. Yields what was done.

    The settings are written anew each time; they are what the command was told. Raises NotInstalled.
    """
    here = root == Path("/")
    if here and os.geteuid() != 0:
        raise NotInstalled("sudo tiepdan room install")
    program = Path(sys.executable).with_name("tiepdan")
    parts = (_UNIT_OF_SCREEN, _SERVICE_OF_SCREEN) if screen else ("", "")
    values = (server, video, audio, str(screen).lower(), language)
    if any("\n" in value or "'" in value for value in values):
        raise NotInstalled("' \\n")
    quoted = [f"'{value}'" for value in values]
    settings = dict(zip(("server", "video", "audio", "screen", "language"), quoted, strict=True))
    files = {
        f"etc/systemd/system/{SERVICE}.service": (
            _UNIT.format(command=f"{shlex.quote(str(program))} room", unit=parts[0], service=parts[1]), 0o644
        ),
        f"etc/systemd/journald@{SERVICE}.conf": (_LOG, 0o644),
        f"etc/sysusers.d/{SERVICE}.conf": (_ACCOUNT, 0o644),
        f"etc/{SERVICE}.conf": (_SETTINGS.format(**settings), 0o600),
    }  # fmt: skip
    for name, (text, mode) in files.items():
        path = root / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            beside = path.with_name(f".{path.name}.new")
            beside.unlink(missing_ok=True)
            with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            beside.chmod(mode)
            beside.replace(path)
        except OSError as error:
            raise NotInstalled(f"{path}: {error.strerror}") from error
        yield str(path)
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
