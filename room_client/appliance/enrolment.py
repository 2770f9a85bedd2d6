"""The room this computer is: the server and the device's credential, in one file that only this account reads.

The code of eight signs is exchanged once (PROTOCOL.md, "Enrolling a device"); what comes for it goes nowhere but
into the file: no command line, no environment, no log.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from room_client.appliance.unit import ENROLMENT, SERVICE, STATE
from room_client.signalling import ServerUnreachable, find_refusal
from room_client.whole_file import write_whole
from signaling.enrolment import DEVICE_COOKIE, cookie_of
from signaling.refusals import Refused

ANSWER_S = 15.0


@dataclass(frozen=True, slots=True)
class Enrolment:
    server: str
    credential: str
    room: str  # the room's name, as the server said it


class EnrolmentUnreadable(Exception):
    """The file is there and holds no enrolment. Its text names the file."""


def state_directory() -> Path:
    """Where this room keeps what it has to know: that of the service, be it from within or beside it; else the
    account's own."""
    given = os.environ.get("STATE_DIRECTORY", "").partition(":")[0]
    if given:
        return Path(given)
    return STATE if STATE.is_dir() else Path.home() / ".local" / "state" / SERVICE


def read_enrolment(directory: Path) -> Enrolment | None:
    """None: this computer was never enrolled. Raises EnrolmentUnreadable."""
    path = directory / ENROLMENT
    try:
        return Enrolment(**json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise EnrolmentUnreadable(str(path)) from error


def write_enrolment(directory: Path, enrolment: Enrolment) -> None:
    """On the disk before this returns: the code that brought it works only once. Raises OSError.

    The administrator enrols, and the service reads: the file is the folder's owner's.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(directory / ENROLMENT, json.dumps(asdict(enrolment)))


async def enrol(server: str, code: str, name: str, former: Enrolment | None) -> Enrolment:
    """Exchange `code`; `name` is what the office calls this computer. The device it was before is given up.

    Raises Refused (BAD_CODE, TOO_MANY_TRIES with the seconds to wait in `allowed`) or ServerUnreachable.
    """
    shown = cookie_of(former.credential) if former is not None and former.server == server else {}
    body = {"code": code, "name": name}
    timeout = aiohttp.ClientTimeout(total=ANSWER_S)
    try:
        async with (
            aiohttp.ClientSession(headers=shown, timeout=timeout) as http,
            http.post(f"{server.rstrip('/')}/room/enrol", json=body) as answer,
        ):
            said = await answer.json(content_type=None)
            if (refusal := find_refusal(said)) is not None:
                error = Refused(refusal.code)
                error.refusal = refusal
                raise error
            cookie = answer.cookies.get(DEVICE_COOKIE)
            if answer.status != 200 or cookie is None or not isinstance(said, dict):
                raise ServerUnreachable("what answers there is no Tiepdan server")
            return Enrolment(server.rstrip("/"), cookie.value, str(said.get("room", "")))
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise ServerUnreachable("the server does not answer") from error
