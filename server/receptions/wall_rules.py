"""Whom the province may look at on its wall, who may look, and what a picture has to be. Default deny.

    what is going on                        | rooms that are seen     | by
    ----------------------------------------|-------------------------|---------------------------------
    no reception is open; between two items | all                     | whoever may see the wall
    an item is heard                        | all                     | whoever may see the wall
    a confidential item is heard            | its allow-list alone    | whoever sees the console, too
    a closed item; so every denunciation    | none                    | nobody

A room that sits in private with somebody is not looked at, and one whose people may be those that the item is
about is looked at by nobody who may not read of them.
"""

from __future__ import annotations

import binascii

from server.people.rights import Right
from server.receptions.jpeg import jpeg_size
from server.receptions.live_reception import LiveReception, Phase
from server.receptions.rules import is_in_audience
from signaling.messages import RoomCode
from signaling.refusals import RefusalCode, Refused
from signaling.wall_messages import PICTURE_BYTES, PICTURE_HEIGHT, PICTURE_WIDTH

_SIZE = f"{PICTURE_WIDTH}×{PICTURE_HEIGHT}"


def hears_in_confidence(live: LiveReception) -> bool:
    """Whether the item of this moment is for the eyes of some only."""
    present = live.agenda.present if live.phase is Phase.HEARING else None
    return present is not None and present.facts.confidential


def may_be_seen(live: LiveReception, code: RoomCode) -> bool:
    """Whether the room may be asked for a picture at this moment, and be shown by one."""
    if code not in live.around.rooms:
        return False
    if live.phase in (Phase.IDLE, Phase.BETWEEN):
        return True
    if live.phase is not Phase.HEARING:
        return False
    return not hears_in_confidence(live) or is_in_audience(code, live.agenda.audience())


def may_look(live: LiveReception, rights: frozenset[Right]) -> bool:
    """Whether somebody with these rights may look at this moment."""
    if Right.SEE_WALL not in rights or live.phase is Phase.CLOSED:
        return False
    return not hears_in_confidence(live) or Right.SEE_CONSOLE in rights


def read_picture(jpeg: str) -> bytes:
    """The bytes of a picture; empty for none. Raises Refused(BAD_PICTURE), which says what came in words."""
    try:
        data = binascii.a2b_base64(jpeg, strict_mode=True) if jpeg else b""
    except ValueError:
        raise Refused(RefusalCode.BAD_PICTURE, came="no base64", allowed="a JPEG in base64, or nothing") from None
    if len(data) > PICTURE_BYTES:
        raise Refused(RefusalCode.BAD_PICTURE, came=f"{len(data)} bytes", allowed=f"at most {PICTURE_BYTES} bytes")
    if not data:
        return b""
    size = jpeg_size(data)
    if size != (PICTURE_WIDTH, PICTURE_HEIGHT):
        came = f"a JPEG of {size[0]}×{size[1]}" if size is not None else "no JPEG"
        raise Refused(RefusalCode.BAD_PICTURE, came=came, allowed=f"a JPEG of {_SIZE}")
    return data
