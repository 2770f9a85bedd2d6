"""The one place where a refusal becomes a sentence: what happened, what it means, what to do now."""

from __future__ import annotations

import re

from server.web.languages import N_, shipped_catalogs
from signaling.refusals import Refusal, RefusalCode

_NUMBER = re.compile(r"\d+")

SENTENCES: dict[RefusalCode, str] = {
    RefusalCode.BAD_MESSAGE: N_("The request was not understood. Reload the page and try again."),
    RefusalCode.BAD_KEY: N_(
        "This address is not valid, or it was withdrawn. Ask the provincial office for the room's new address."
    ),
    RefusalCode.BAD_CODE: N_(
        "This code opens no room: mistyped, used already, withdrawn, or older than three days."
        " Compare it sign by sign; if it is right, call the provincial office, which gives out a new one."
    ),
    RefusalCode.TOO_MANY_TRIES: N_("Too many wrong codes came in. Wait a few seconds and try again."),
    RefusalCode.NOT_ALLOWED: N_("Your account may not do this. Ask the administrator if you need it."),
    RefusalCode.NO_OPEN_RECEPTION: N_("No reception is open now. Open one first."),
    RefusalCode.RECEPTION_ALREADY_OPEN: N_(
        "Another reception is open. End it first; only one reception can be on air."
    ),
    RefusalCode.RECEPTION_ENDED: N_("This reception has ended. It cannot be opened again."),
    RefusalCode.UNKNOWN_RECEPTION: N_("There is no such reception. Choose one from the list."),
    RefusalCode.UNKNOWN_ROOM: N_("There is no such room on this day. Check the code of the room."),
    RefusalCode.UNKNOWN_ITEM: N_("There is no such item in this reception's agenda. Reload the page."),
    RefusalCode.UNKNOWN_SUMMONS: N_(
        "The office has changed or withdrawn this summons. Read what the screen shows now, and answer that."
    ),
    RefusalCode.NO_NEXT_ITEM: N_("That was the last item of the agenda. You can end the reception."),
    RefusalCode.NO_OPEN_ITEM: N_("No item is being heard now. Call the next item first."),
    RefusalCode.AGENDA_FULL: N_(
        "The agenda is full. Put the petition into another reception, or take an item out first."
    ),
    RefusalCode.ROOM_NOT_CONNECTED: N_(
        "The room is not connected, so it cannot be heard. Call the room by phone."
    ),
    RefusalCode.ROOM_NOT_IN_AUDIENCE: N_(
        "The room is not among those invited to this item, so it cannot be heard in it."
    ),
    RefusalCode.ITEM_CLOSED: N_("The item is closed: no room sees or hears it. Reopen the item first."),
    RefusalCode.ROOM_HAS_FLOOR: N_(
        "This room has the floor: its sound is the original. Take the floor back, or name another interpreter."
    ),
    RefusalCode.ROOM_INTERPRETS: N_(
        "This room is interpreting. Take the interpreter back before you give it the floor."
    ),
    RefusalCode.ITEM_STAYS_CLOSED: N_(
        "This item concerns a denunciation. By law it stays closed and cannot be shown to the rooms."
    ),
    RefusalCode.CONFIRMATION_NEEDED: N_(
        "This needs to be confirmed, because no button takes it back. Do it again and confirm it."
    ),
    RefusalCode.FLOOR_EMPTY: N_("No room has the floor now. There is nothing to take back."),
    RefusalCode.NO_INTERPRETER: N_("Nobody is interpreting now. There is nothing to take back."),
    RefusalCode.REPLACED: N_(
        "This room was opened on another screen, which has taken over. Close this one, or reload it to come back."
    ),
    RefusalCode.TOO_MANY_LINKS: N_(
        "This address is already in use on as many screens as allowed. Close one of them first."
    ),
    RefusalCode.BAD_SDP: N_("This device's offer for picture and sound was not understood. Update the browser."),
    RefusalCode.NO_COMMON_CODEC: N_(
        "This browser cannot play the stage's video format."
        " Use Chromium, Chrome or Edge, or ask the province's technician."
    ),
    RefusalCode.TOO_MANY_MESSAGES: N_("Too many requests at once. Wait a few seconds and try again."),
    RefusalCode.TOO_MUCH_MEDIA: N_(
        "This room sent far more than a camera does and was cut off. Restart its device, or tell the technician."
    ),
    RefusalCode.NOT_NOW: N_(
        "The line is not measured now: a reception is open, or other rooms are measuring. It is done later."
    ),
    RefusalCode.BAD_PICTURE: N_(
        "The room's small picture was not taken: it has to be a JPEG of 160×90 pixels and at most 5,000 bytes."
        " Everything else goes on."
    ),
    RefusalCode.PICTURE_NOT_WANTED: N_(
        "The room's small picture was not taken: the province does not look at this room now."
        " Everything else goes on."
    ),
    RefusalCode.LATE_NOT_TAKEN: N_(
        "What this room kept while its line was down is not taken: it did not have the floor then, or the item is"
        " closed."
    ),
    RefusalCode.LATE_OFFSET: N_(
        "A piece of a late source does not follow what is there. The room goes on by itself."
    ),
    RefusalCode.LATE_DAMAGED: N_("A late source came damaged. The room hands it over again by itself."),
    RefusalCode.DISK_FULL: N_("The server's disk is too full for this. Tell the technician; it is tried again."),
    RefusalCode.MEDIA_NOT_RUNNING: N_(
        "Picture and sound are being restarted on the server. Rooms come back by themselves within seconds."
    ),
    RefusalCode.RECORDER_NOT_RUNNING: N_(
        "The recorder is not running, so nothing is being recorded. Tell the technician before going on."
    ),
}

WITH_NUMBER: dict[RefusalCode, str] = {
    RefusalCode.AGENDA_FULL: N_(
        "The agenda has %(number)s items already, as many as fit."
        " Put the petition into another reception, or take an item out first."
    ),
    RefusalCode.TOO_MANY_LINKS: N_(
        "This address is already in use on %(number)s screens, as many as allowed. Close one of them first."
    ),
    RefusalCode.TOO_MANY_TRIES: N_("Too many wrong codes came in. Wait %(number)s seconds and try again."),
    RefusalCode.TOO_MUCH_MEDIA: N_(
        "This room sent far more than a camera does, again and again. It may come back in %(number)s minutes."
        " Restart its device meanwhile, or tell the technician."
    ),
}
"""The same with the number in `allowed`, where it matters to the person."""

STATUS: dict[RefusalCode, int] = {
    RefusalCode.BAD_MESSAGE: 400,
    RefusalCode.BAD_KEY: 401,
    RefusalCode.BAD_CODE: 401,
    RefusalCode.NOT_ALLOWED: 403,
    RefusalCode.UNKNOWN_RECEPTION: 404,
    RefusalCode.UNKNOWN_ROOM: 404,
    RefusalCode.UNKNOWN_ITEM: 404,
    RefusalCode.UNKNOWN_SUMMONS: 404,
    RefusalCode.TOO_MANY_LINKS: 429,
    RefusalCode.TOO_MANY_MESSAGES: 429,
    RefusalCode.TOO_MANY_TRIES: 429,
    RefusalCode.TOO_MUCH_MEDIA: 429,
    RefusalCode.BAD_SDP: 400,
    RefusalCode.BAD_PICTURE: 400,
    RefusalCode.LATE_DAMAGED: 422,
    RefusalCode.DISK_FULL: 507,
    RefusalCode.NO_COMMON_CODEC: 406,
    RefusalCode.MEDIA_NOT_RUNNING: 503,
    RefusalCode.RECORDER_NOT_RUNNING: 503,
}
"""HTTP status of a refusal; what is not named here is a 409: understood, but not now."""


def status(code: RefusalCode) -> int:
    return STATUS.get(code, 409)


def sentence(refusal: Refusal, language: str) -> str:
    """The refusal in words for the person. What came and what is allowed are for programs, and stay out of it."""
    catalogs = shipped_catalogs()
    number = _NUMBER.match(refusal.allowed)
    if number is not None and refusal.code in WITH_NUMBER:
        return catalogs.gettext(language, WITH_NUMBER[refusal.code]) % {"number": number[0]}
    return catalogs.gettext(language, SENTENCES[refusal.code])
