"""The words in which a column of a form says what it counts: "cases regular first", "petitions eligible outside".

The first word is the measure, and tells which records are counted; the others are conditions that all hold. The
SQL of each stands in `visit_conditions` and `petition_conditions`, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """The records behind a figure."""

    VISITS = "visits"
    SESSIONS = "sessions"
    PETITIONS = "petitions"


class Measure(StrEnum):
    SESSIONS = "sessions"
    VISITS = "visits"
    PERSONS = "persons"
    CASES = "cases"  # each visit is about one case
    GROUPS = "groups"  # large ones; each is one visit
    PETITIONS = "petitions"
    PETITIONED_CASES = "petitioned_cases"  # several petitions may be about one


SOURCES = {
    Measure.SESSIONS: Source.SESSIONS,
    Measure.VISITS: Source.VISITS,
    Measure.PERSONS: Source.VISITS,
    Measure.CASES: Source.VISITS,
    Measure.GROUPS: Source.VISITS,
    Measure.PETITIONS: Source.PETITIONS,
    Measure.PETITIONED_CASES: Source.PETITIONS,
}
SESSION_WORDS = frozenset({"head", "delegate"})
KIND_WORDS = frozenset({"complaint", "denunciation", "recommendation", "reflection"})
VISIT_WORDS = KIND_WORDS | {
    "reported",  # what form 01/TCD counts: regular, head or delegate
    "regular",
    "head",
    "delegate",
    "unsaid",  # periodic or irregular, and nobody said who received
    "board",  # periodic or irregular, by the board's officers
    "dialogue",
    "first",
    "repeated",
    "large",
}
SETTLING_WORDS = frozenset(
    {"pending_before", "accepted", "concluded", "withdrawn", "terminated", "in_time", "late", "no_limit"}
    | {"outcome.right", "outcome.wrong", "outcome.partly", "outcome.upheld", "outcome.annulled", "outcome.unsaid"}
)
"""Of settling: counted among all petitions. Without one of them a figure is about petitions that were received in
the period, or carried over into it unprocessed."""
SCOPE_WORDS = SETTLING_WORDS | {"received"}
PETITION_WORDS = (
    KIND_WORDS
    | SETTLING_WORDS
    | {
        "others",  # recommendations and reflections
        "direct",  # handed over at a reception
        "received",
        "carried",
        "answered",  # processed by the end of the period
        "unanswered",
        "eligible",
        "unchecked",
        "within",
        "outside",
        "unplaced",
        "settled_once",
        "settled_often",
        "settled_before",
        "unfinished",
        "under_way",
        "unsettled",
        "guided",
        "forwarded",
        "urged",
        "instance.1",
        "instance.2",
        "no_field",
    }
)
FIELD = "field."
_ALLOWED = {Source.SESSIONS: SESSION_WORDS, Source.VISITS: VISIT_WORDS, Source.PETITIONS: PETITION_WORDS}


@dataclass(frozen=True, slots=True)
class Counter:
    measure: Measure
    words: frozenset[str] = frozenset()

    @property
    def source(self) -> Source:
        return SOURCES[self.measure]

    @property
    def secret(self) -> bool:
        """It tells of denunciations alone."""
        return "denunciation" in self.words


def counter_in(text: str) -> Counter | None:
    """None: not a measure and conditions that go with it."""
    first, *words = text.split() or [""]
    if first not in set(Measure):
        return None
    counter = Counter(Measure(first), frozenset(words))
    known = _ALLOWED[counter.source]
    fits = all(
        word in known or (counter.source is Source.PETITIONS and word.startswith(FIELD)) for word in counter.words
    )
    return counter if fits else None
