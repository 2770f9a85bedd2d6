"""What systemd is given to run a room: the same files from the package (`usr/lib`) and by hand (`etc`).

It starts the room with the computer, and again whenever it ends or is no longer fed (`service_manager`), after a
pause that grows (`start.sh`), but not before somebody has written its settings. A room has the first console for
its screen; without one another part takes that part's place. Its log has a space of its own, so that it neither
fills the disk nor pushes others out.
"""

from __future__ import annotations

import shlex
from pathlib import Path

SERVICE = "tiepdan-room"
STATE = Path("/var/lib") / SERVICE
SETTINGS = Path("/etc") / f"{SERVICE}.conf"
UNIT = Path("systemd/system") / f"{SERVICE}.service"
SCREEN_PART = Path("systemd/system") / f"{SERVICE}.service.d" / "screen.conf"
ACCOUNT = Path("sysusers.d") / f"{SERVICE}.conf"
ENROLMENT = "device.json"
WATCHDOG_S = 90  # three times what a source may take for one step
LOG_MEGABYTES = 50
_UNIT = f"""\
# Settings are in {SETTINGS}. Changes of yours belong into `systemctl edit {SERVICE}`: an update leaves that.
[Unit]
Description=Tiepdan: this computer is a reception room
Wants=network-online.target
After=network-online.target systemd-user-sessions.service systemd-logind.service dbus.socket sound.target
StartLimitIntervalSec=0
ConditionPathExists={SETTINGS}

[Service]
Type=notify
User={SERVICE}
EnvironmentFile={SETTINGS}
ExecStart=/bin/sh {{start}} {{program}} room
# After a stop by hand the next start does not wait.
ExecStopPost=+-/bin/sh -c 'test "$$SERVICE_RESULT" != success || rm -f /run/{SERVICE}/starts'
Restart=always
RestartSec=2
WatchdogSec={WATCHDOG_S}
TimeoutStartSec=150
TimeoutStopSec=15
StateDirectory={SERVICE}
StateDirectoryMode=0700
RuntimeDirectory={SERVICE}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=restart
UMask=0077
LogNamespace={SERVICE}
SyslogIdentifier={SERVICE}

[Install]
WantedBy=multi-user.target
"""
_SCREEN_PART = """\
# The room shows its page on the first console, and waits there for its code. `install --no-screen` masks this.
[Unit]
After=getty@tty1.service
Conflicts=getty@tty1.service

[Service]
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
NO_SCREEN_PART = f"""\
# In the place of the screen's part: the console stays as it is, and nothing is started before this is a room.
[Unit]
ConditionPathExists={STATE}/{ENROLMENT}
"""
_LOG = f"""\
# The log of the room: journalctl --namespace={SERVICE}
[Journal]
Storage=persistent
SystemMaxUse={LOG_MEGABYTES}M
MaxRetentionSec=3month
"""
_ACCOUNT = f"""\
# The account that the room runs as.
u {SERVICE} - "Tiepdan room" {STATE}
m {SERVICE} video
m {SERVICE} audio
m {SERVICE} render
m {SERVICE} input
"""


def service_files(program: Path, package: Path) -> dict[Path, str]:
    """By their place below `etc` or `usr/lib`. `program`: what is called `tiepdan`; `package`: where
    `room_client` lies."""
    start = shlex.quote(str(package / "room_client/appliance/start.sh"))
    return {
        UNIT: _UNIT.format(start=start, program=shlex.quote(str(program))),
        SCREEN_PART: _SCREEN_PART,
        Path("systemd") / f"journald@{SERVICE}.conf.d" / f"{SERVICE}.conf": _LOG,
        ACCOUNT: _ACCOUNT,
    }
