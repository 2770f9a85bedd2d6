"""The sentences of the archive's page."""

from __future__ import annotations

from recordings.archive.troubles import Trouble
from server.archive.rules import Standing
from server.web.languages import N_

STANDING_WORDS: dict[Standing, str] = {
    Standing.YOUNG: N_("on this server until it is old enough"),
    Standing.HELD: N_("stays here: it is on hold"),
    Standing.QUARANTINED: N_("stays here: a span of it is in quarantine"),
    Standing.PROPOSED: N_("stays here: its deletion is proposed"),
    Standing.WATCHED: N_("stays here for now: somebody is watching it"),
    Standing.UNPROVEN: N_("stays here: no manifest vouches for all its files"),
    Standing.DUE: N_("to be moved"),
    Standing.ARCHIVED: N_("in the archive"),
}
TROUBLE_WORDS: dict[Trouble, str] = {
    Trouble.NOT_SET: N_("No archive is set up on this server."),
    Trouble.UNREACHABLE: N_(
        "The archive does not answer. Recordings stay here meanwhile, and it is tried again every minute. Tell the"
        " technician."
    ),
    Trouble.CREDENTIALS: N_(
        "The archive refuses this server: the key, the secret or what they may do is not right. Recordings stay"
        " here meanwhile. Tell the technician."
    ),
    Trouble.NO_PLACE: N_(
        "The archive's place (bucket or directory) is not there. Recordings stay here meanwhile. Tell the"
        " technician."
    ),
    Trouble.TAKES_NOTHING: N_(
        "The archive takes nothing more: it is full, or may only be read. Recordings stay here meanwhile. Tell the"
        " technician."
    ),
    Trouble.NOT_THERE: N_("Neither this server nor the archive has this file. Have the recording verified."),
    Trouble.OTHER_BYTES: N_(
        "What came back from the archive was not what had been sent. It is sent again every minute; tell the"
        " technician if this stays."
    ),
    Trouble.NOT_AS_SEALED: N_(
        "The file on this server is not what was sealed, and is not moved. Have the recording verified."
    ),
    Trouble.UNREADABLE: N_("The file on this server cannot be read. Tell the technician to look at the disk."),
}
