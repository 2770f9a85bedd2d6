"""Keys of a presenter, a remote control or a USB button, read from the kernel: no screen and no desktop is needed.

Of all keys only the chosen ones are looked at; what else is typed is thrown away unread. A device that is named is
taken for this alone, so that its keys do nothing at the console; any other goes on being a keyboard there, too.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 2.0  # until a device that was plugged in is found
FOLDER = Path("/dev/input")
NAMES: Mapping[str, int] = {  # of <linux/input-event-codes.h>, those that such devices have
    "enter": 28, "kpenter": 96, "space": 57, "ok": 352, "select": 353, "playpause": 164,
    "up": 103, "down": 108, "left": 105, "right": 106, "pageup": 104, "pagedown": 109,
    "volumeup": 115, "volumedown": 114, "dot": 52, "b": 48, "f5": 63, "f12": 88,
}  # fmt: skip
_LARGEST = 767  # KEY_MAX
_EVENT = struct.Struct("llHHi")  # struct input_event: when (two longs), type, code, value
_KEY, _PRESSED = 1, 1  # EV_KEY; 0 is "released", and 2 "still held"
_TAKE_ALONE = 0x40044590  # EVIOCGRAB


class NotAKey(ValueError):
    """Its text is what was given."""


@dataclass(frozen=True, slots=True)
class Keys:
    codes: frozenset[int]
    device: Path | None  # None: of whatever is plugged in


def parse_keys(text: str) -> Keys:
    """`enter,space`, numbers as evtest shows them, and `enter@/dev/input/by-id/…`. Raises NotAKey."""
    names, at, device = text.partition("@")
    codes = set()
    for name in (each.strip().lower() for each in names.split(",")):
        code = int(name) if name.isascii() and name.isdecimal() else NAMES.get(name, 0)
        if not 0 < code <= _LARGEST:
            raise NotAKey(name)
        codes.add(code)
    if at and not device.startswith("/dev/"):
        raise NotAKey(text)
    return Keys(frozenset(codes), Path(device) if device else None)


class InputKeys:
    """`keep` it as a task."""

    def __init__(self, keys: Keys, pressed: Callable[[], None], there: Callable[[bool], None]) -> None:
        """`pressed`: one of the keys went down. `there`: whether there is a device, when that is another than
        before."""
        self._keys = keys
        self._pressed = pressed
        self._there = there
        self._was_there: bool | None = None
        self._open: dict[Path, int] = {}
        self._rest: dict[Path, bytes] = {}  # of an event that came in parts

    async def keep(self) -> None:
        """Until cancelled."""
        try:
            self._look()
            while True:
                await asyncio.sleep(LOOK_S)
                is_there = bool(self._open)  # since the last look: what fails at once is none
                if is_there is not self._was_there:
                    self._was_there = is_there
                    self._there(is_there)
                self._look()
        finally:
            for path in tuple(self._open):
                self._close(path)

    def _look(self) -> None:
        found = sorted(FOLDER.glob("event*")) if self._keys.device is None else [self._keys.device]
        for path in found:
            if path not in self._open:
                with suppress(OSError):  # not there, not ours, no device at all: looked at again
                    self._take(path)

    def _take(self, path: Path) -> None:
        device = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            if self._keys.device is not None:
                with suppress(OSError):  # somebody else has it alone
                    fcntl.ioctl(device, _TAKE_ALONE, 1)
            asyncio.get_running_loop().add_reader(device, self._read, path)
        except BaseException:
            os.close(device)
            raise
        self._open[path], self._rest[path] = device, b""

    def _read(self, path: Path) -> None:
        try:
            came = os.read(self._open[path], 64 * _EVENT.size)
        except BlockingIOError:
            return
        except OSError:  # unplugged
            came = b""
        if not came:
            self._close(path)
            return
        events = self._rest[path] + came
        whole = len(events) - len(events) % _EVENT.size
        self._rest[path] = events[whole:]
        for _, _, kind, code, value in _EVENT.iter_unpack(events[:whole]):
            if kind == _KEY and value == _PRESSED and code in self._keys.codes:
                self._pressed()

    def _close(self, path: Path) -> None:
        device = self._open.pop(path)
        self._rest.pop(path)
        asyncio.get_running_loop().remove_reader(device)
        os.close(device)
