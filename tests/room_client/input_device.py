"""What the kernel gives of a key: its records, through a pipe, or from a real device where uinput makes one."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

UINPUT = Path("/dev/uinput")
_SET_EVENT_BIT, _SET_KEY_BIT, _CREATE, _DESTROY = 0x40045564, 0x40045565, 0x5501, 0x5502
_NAME = 0x8041552C  # UI_GET_SYSNAME(65)


def record(code: int, value: int, kind: int = 1) -> bytes:
    """struct input_event; `value`: 1 pressed, 2 still held, 0 released."""
    return struct.pack("llHHi", 1_700_000_000, 0, kind, code, value)


def press(code: int) -> bytes:
    return record(code, 1) + record(0, 0, kind=0) + record(code, 0) + record(0, 0, kind=0)


class PipeDevice:
    """Plugged in as long as it is open. `path` is opened by whoever reads."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            os.mkfifo(path)
        self._pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # needs nobody who reads

    def write(self, records: bytes) -> None:
        os.write(self._pipe, records)

    def unplug(self) -> None:
        os.close(self._pipe)


class KernelDevice:
    """A keyboard that the kernel believes in."""

    def __init__(self, codes: tuple[int, ...]) -> None:
        self._uinput = os.open(UINPUT, os.O_WRONLY | os.O_NONBLOCK)
        fcntl.ioctl(self._uinput, _SET_EVENT_BIT, 1)
        for code in codes:
            fcntl.ioctl(self._uinput, _SET_KEY_BIT, code)
        about = struct.pack("80sHHHHI", b"tiepdan test button", 3, 1, 1, 1, 0) + bytes(4 * 64 * 4)
        os.write(self._uinput, about)  # struct uinput_user_dev
        fcntl.ioctl(self._uinput, _CREATE)
        name = fcntl.ioctl(self._uinput, _NAME, bytes(65)).rstrip(b"\0").decode()
        (event,) = Path("/sys/devices/virtual/input", name).glob("event*")
        self.path = Path("/dev/input", event.name)

    def write(self, records: bytes) -> None:
        os.write(self._uinput, records)

    def unplug(self) -> None:
        fcntl.ioctl(self._uinput, _DESTROY)
        os.close(self._uinput)
