"""The sentences beside what the register does not take, whether it came by the form or in a file."""

from __future__ import annotations

from collections.abc import Callable

from server.web.languages import N_


class Woven(str):
    """A sentence with the numbers that are woven in when it is said."""

    values: dict[str, object]

    def __new__(cls, message: str, **values: object) -> Woven:
        made = super().__new__(cls, message)
        made.values = values
        return made


def said(translate: Callable[..., str], sentence: str) -> str:
    return translate(sentence, **sentence.values) if isinstance(sentence, Woven) else translate(sentence)


BAD_CODE = N_("Write the code as letters, a hyphen and a number, for instance KN-0231, or leave it empty.")
CODE_TAKEN = N_("Another petition has this code. Leave the field empty to get the next free one.")
BAD_DATE = N_("Enter the day of receipt; it cannot lie in the future.")
TOO_LONG_AGO = N_("This day lies too far back. Write the year with four digits.")
RECEIVED_TOO_LATE = N_("A later status of the petition is dated before this day. Check both days.")
BAD_CHOICE = N_("Choose one of the list.")
BAD_COUNT = N_("Enter how many people signed, a whole number from 1 to 100,000; of several people at least 2.")
ONE_PERSON = N_("More than one person: choose “Several people” above, or enter 1.")
NO_GROUP = N_("Only several people have further representatives. Choose “Several people”, or empty this field.")
TOO_MANY_REPRESENTATIVES = N_("There are more representatives than people. Check both numbers.")
WRONG_NUMBER_OF_REPRESENTATIVES = N_(
    "%(people)s people are represented by %(fewest)s to %(most)s of them, the petitioner named above included."
)
NO_SUMMARY = N_("Say in one line what it is about, without names. Rooms in the audience read this line.")
NAME_IN_SUMMARY = N_("The line carries the petitioner's name. Rooms read it: say it without the name.")
NO_NAME = N_("Enter the petitioner's name, or of several petitioners the representative's.")
BAD_PLACE = N_("No such commune, ward or township exists on the day of receipt. Choose one of the list.")
BAD_FIELD = N_("This field is not on the list for this kind of petition and this day. Choose another one.")
BAD_TIMES = N_("Enter for which time it came in, a whole number from 1 to 100.")
NOT_OLD = N_("What came in before is an old case. Choose “Old case”, or enter 1 as the time.")
DENUNCIATION_INSIDE = N_(
    "A petition that also denounces somebody is a denunciation as a whole: nothing of it is entered here."
    " Use the form for denunciations, which asks for no name."
)
NO_REFERENCE = N_("Enter the reference of the file kept outside this system, for instance HS-M/2026/07.")
TOO_LONG = N_("This text is too long. Shorten it.")
