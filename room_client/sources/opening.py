"""Opening a file, a device or a network camera with FFmpeg's libraries, and what can go wrong in words."""

from __future__ import annotations

import errno
import re
from pathlib import Path

import av
from av.container import InputContainer

from room_client.sources.contract import SourceProblem, SourceUnusable

NETWORK_TIMEOUT_S = 5.0
_PASSWORD = re.compile(r"//[^/@]*@")


def speakable(place: str) -> str:
    """`place` without the user and password that may stand in a camera's address."""
    return _PASSWORD.sub("//", place)


def open_container(
    place: str, *, format: str | None = None, options: dict[str, str] | None = None, missing: SourceProblem
) -> InputContainer:
    """Raises SourceUnusable; `missing` is the problem to name when there is nothing at `place`."""
    spoken = speakable(place)
    try:
        return av.open(place, format=format, options=options or {}, timeout=(NETWORK_TIMEOUT_S, NETWORK_TIMEOUT_S))
    except FileNotFoundError as error:
        raise SourceUnusable(missing, spoken) from error
    except PermissionError as error:
        raise SourceUnusable(SourceProblem.NOT_PERMITTED, spoken) from error
    except BlockingIOError as error:
        raise SourceUnusable(SourceProblem.DEVICE_BUSY, spoken) from error
    except (TimeoutError, ConnectionError, av.error.HTTPError, av.error.ExitError) as error:
        raise SourceUnusable(SourceProblem.UNREACHABLE, spoken) from error
    except av.error.InvalidDataError as error:
        raise SourceUnusable(SourceProblem.UNREADABLE, spoken) from error
    except ValueError as error:  # av: no such format in this build
        raise SourceUnusable(SourceProblem.UNSUPPORTED, spoken) from error
    except OSError as error:
        if error.errno == errno.EBUSY:
            raise SourceUnusable(SourceProblem.DEVICE_BUSY, spoken) from error
        problem = SourceProblem.UNREACHABLE if "://" in place else SourceProblem.UNREADABLE
        if missing is SourceProblem.NO_SUCH_DEVICE:
            problem = missing
        raise SourceUnusable(problem, spoken) from error


def file_must_exist(place: str) -> None:
    """Raises SourceUnusable for what is no readable file."""
    path = Path(place)
    try:
        with path.open("rb"):
            return
    except FileNotFoundError as error:
        raise SourceUnusable(SourceProblem.NO_SUCH_FILE, place) from error
    except PermissionError as error:
        raise SourceUnusable(SourceProblem.NOT_PERMITTED, place) from error
    except OSError as error:
        raise SourceUnusable(SourceProblem.UNREADABLE, place) from error
