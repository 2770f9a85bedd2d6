"""The cameras and microphones of this computer, and those it was told to use, as the province may choose them."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from room_client.sources.choosing import NONE, TEST
from room_client.sources.microphones import default_microphone
from room_client.wording import Language, word
from signaling.help_messages import DeviceKind, OfferedDevice

CONFIGURED = "configured"  # the id of what the room was told to use: its address never leaves the room
ANSWER_S = 3.0  # of a program that lists devices
LONGEST = 200  # signs of an id, as in OfferedDevice


@dataclass(frozen=True, slots=True)
class Found:
    option: str  # as behind `--video` and `--audio`
    label: str


def offered(
    kind: DeviceKind, configured: str, used: str, found: list[Found], language: Language
) -> list[OfferedDevice]:
    """`configured` and `used`: options; `found`: what there is besides."""
    devices = []
    if configured != NONE:
        label = word("as_configured", language, _kind_of(configured, language))
        devices.append(OfferedDevice(kind=kind, device=CONFIGURED, label=label, used=used == configured))
    for one in found:
        if one.option != configured and len(one.option) <= LONGEST:
            is_used = one.option == used
            devices.append(OfferedDevice(kind=kind, device=one.option, label=one.label[:LONGEST], used=is_used))
    return devices


def _kind_of(option: str, language: Language) -> str:
    if "://" in option:
        return word("network_camera", language)
    if option == TEST:
        return word("test_source", language)
    local = option == "default" or option.startswith(("/dev/", "alsa:", "pulse:"))
    return option[:100] if local else word("file_source", language)


def cameras(devices: Path = Path("/dev"), classes: Path = Path("/sys/class/video4linux")) -> list[Found]:
    """By names that stay the same in every socket, where the system gives them."""
    by_name = sorted(devices.glob("v4l/by-id/*-index0"))  # the second index of a camera gives no picture
    paths = by_name or [
        path for path in sorted(devices.glob("video[0-9]*")) if _read(classes / path.name / "index") in ("", "0")
    ]
    return [Found(str(path), _read(classes / path.resolve().name / "name") or path.name) for path in paths]


def microphones() -> list[Found]:
    """Of the sound system that runs here. Blocks for some seconds at most."""
    return _of_pulse() if default_microphone().startswith("pulse:") else _of_alsa()


def _of_pulse() -> list[Found]:
    try:
        sources = json.loads(_output("pactl", "--format=json", "list", "sources") or "[]")
    except ValueError:
        return []
    return [
        Found(f"pulse:{source['name']}", str(source.get("description") or source["name"]))
        for source in sources
        if source.get("monitor_source", "") == ""  # what a loudspeaker plays is no microphone
    ]


def _of_alsa() -> list[Found]:
    """Of `arecord -L`: a name in the first column, what it is in the lines below."""
    found: list[Found] = []
    name = ""
    for line in _output("arecord", "-L").splitlines():
        if not line[:1].isspace():
            name = line.strip()
        elif name.startswith("plughw:"):
            found.append(Found(f"alsa:{name}", line.strip()))
            name = ""
    return found


def _output(program: str, *arguments: str) -> str:
    """Empty where it cannot be told."""
    path = shutil.which(program)
    if path is None:
        return ""
    try:
        done = subprocess.run(
            (path, *arguments), capture_output=True, text=True, timeout=ANSWER_S, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
