"""What a petition is sorted by in the register, beside its kind and status: the words that are stored.

What the law may change about them (fields, grounds, numbers of representatives) stands in `lists`.
"""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a petition came in (Circular 05/2021)."""

    DIRECT = "direct"
    POST = "post"
    FORWARDED = "forwarded"
    LEADER = "leader"
    CENTRAL = "central"
    PEOPLES_COUNCIL = "peoples_council"
    DEPUTIES = "deputies"
    FATHERLAND_FRONT = "fatherland_front"
    PRESS = "press"
    OTHER = "other"


class PetitionerKind(StrEnum):
    INDIVIDUAL = "individual"
    GROUP = "group"
    ORGANISATION = "organisation"


class CaseAge(StrEnum):
    NEW = "new"
    OLD = "old"


class Outcome(StrEnum):
    """What a settlement came to. The first three are of a first decision on a complaint and of a conclusion on a
    denunciation, the others of a second decision."""

    RIGHT = "right"
    WRONG = "wrong"
    PARTLY = "partly"
    UPHELD = "upheld"
    ANNULLED = "annulled"  # or amended


class Settled(StrEnum):
    """What was decided in the case before this petition came in: the columns of the petition forms."""

    NEVER = "never"
    UNDER_WAY = "under_way"
    ONCE = "once"
    SEVERAL_TIMES = "several_times"


class CaseFlag(StrEnum):
    COMPLICATED = "complicated"
    PROLONGED = "prolonged"
    OUTSTANDING = "outstanding"
    CROWDED = "crowded"
    BYPASS = "bypass"  # vượt cấp
    HOT_SPOT = "hot_spot"


class Route(StrEnum):
    """How it is proposed to handle a petition (hướng xử lý). Which may be proposed says `routes`."""

    ACCEPT = "accept"
    GUIDE = "guide"
    FORWARD = "forward"
    RETURN = "return"
    URGE = "urge"
    DECLINE = "decline"
    FILE = "file"
    COMPLETE = "complete"  # ask for what is missing
    SPLIT = "split"
