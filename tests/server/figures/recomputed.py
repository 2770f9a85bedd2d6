"""The forms counted a second time, in plain Python from the rows, by the text of the forms and by nothing else.

Nothing of `server.figures` is used here: a mistake there must not be made here as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from server.petitions.tables import Petition, PetitionStatusChange
from server.receptions.tables import Reception
from server.visits.tables import Visit

_PLACE = ZoneInfo("Asia/Ho_Chi_Minh")
LARGE = 5
Numbers = dict[int, int]


@dataclass
class Raw:
    visits: list[Visit]
    receptions: dict[int, Reception]
    petitions: dict[int, Petition]
    histories: dict[int, list[tuple[str, date]]] = field(default_factory=dict)
    outcomes: dict[int, list[tuple[str, date]]] = field(default_factory=dict)  # of settlements; "None" if not said


def read(session: Session) -> Raw:
    raw = Raw(
        list(session.exec(select(Visit))),
        {each.id or 0: each for each in session.exec(select(Reception))},
        {each.id or 0: each for each in session.exec(select(Petition))},
    )
    for change in session.exec(select(PetitionStatusChange).order_by(PetitionStatusChange.id)):  # type: ignore[arg-type]
        raw.histories.setdefault(change.petition_id, []).append((str(change.status), change.holds_on))
        if change.status == "settled":
            raw.outcomes.setdefault(change.petition_id, []).append((str(change.outcome), change.holds_on))
    return raw


# --- 01/TCD ----------------------------------------------------------------------------------------


def tcd01(raw: Raw, first: date, last: date, unit: Callable[[Visit], bool] = lambda _visit: True) -> Numbers:
    """Columns 1 to 29. Sessions are counted for the whole province."""
    came = [
        visit
        for visit in raw.visits
        if visit.withdrawn_at is None and first <= visit.came_at.astimezone(_PLACE).date() <= last and unit(visit)
    ]
    regular, head, delegated = [], [], []
    for visit in came:
        if visit.reception_id is None:
            regular.append(visit)
            continue
        reception = raw.receptions[visit.reception_id]
        if reception.mode == "regular":
            regular.append(visit)
        elif reception.mode in ("periodic", "irregular") and reception.received_by == "head":
            head.append(visit)
        elif reception.mode in ("periodic", "irregular") and reception.received_by == "delegate":
            delegated.append(visit)
    numbers = {**_block(4, regular), **_block(13, head), **_block(22, delegated)}
    numbers[12], numbers[21] = _sessions(raw, first, last, "head"), _sessions(raw, first, last, "delegate")
    numbers[1] = numbers[4] + numbers[13] + numbers[22]
    numbers[2] = numbers[5] + numbers[14] + numbers[23]
    numbers[3] = sum(numbers[column] for column in (6, 7, 15, 16, 24, 25))
    return numbers


def _block(at: int, visits: list[Visit]) -> Numbers:
    groups = [visit for visit in visits if visit.as_group and visit.persons >= LARGE]
    return {
        at: len(visits),
        at + 1: sum(visit.persons for visit in visits),
        at + 2: len([visit for visit in visits if visit.nth_time == 1]),
        at + 3: len([visit for visit in visits if visit.nth_time >= 2]),
        at + 4: len(groups),
        at + 5: sum(visit.persons for visit in groups),
        at + 6: len([visit for visit in groups if visit.nth_time == 1]),
        at + 7: len([visit for visit in groups if visit.nth_time >= 2]),
    }


def _sessions(raw: Raw, first: date, last: date, receiver: str) -> int:
    visited = {visit.reception_id for visit in raw.visits if visit.withdrawn_at is None}
    return len(
        [
            number
            for number, reception in raw.receptions.items()
            if reception.mode in ("periodic", "irregular")
            and reception.received_by == receiver
            and first <= reception.planned_at.astimezone(_PLACE).date() <= last
            and (reception.state in ("open", "ended") or number in visited)
        ]
    )


# --- petitions -------------------------------------------------------------------------------------


class Petitions:
    def __init__(
        self, raw: Raw, first: date, last: date, unit: Callable[[Petition], bool] = lambda _p: True
    ) -> None:
        self.raw, self.first, self.last = raw, first, last
        self.all = [each for each in raw.petitions.values() if unit(each)]
        self.received = [each for each in self.all if first <= each.received_on <= last]
        self.carried = [
            each for each in self.all if each.received_on < first and not self._answered(each, first, before=True)
        ]

    def _answer_day(self, petition: Petition) -> date | None:
        """The day on which it stopped being one that was just received."""
        return next((day for status, day in self.raw.histories[petition.id or 0] if status != "received"), None)

    def _answered(self, petition: Petition, day: date, *, before: bool = False) -> bool:
        answered = self._answer_day(petition)
        return answered is not None and (answered < day if before else answered <= day)

    def processed(self, petition: Petition) -> bool:
        return self._answered(petition, self.last)

    def became(self, petition: Petition, status: str) -> bool:
        return any(
            word == status and self.first <= day <= self.last for word, day in self.raw.histories[petition.id or 0]
        )

    def cases(self, petitions: Iterable[Petition]) -> int:
        return len({self._first_of_case(each) for each in petitions})

    def _first_of_case(self, petition: Petition) -> int | None:
        while petition.earlier_id is not None:
            petition = self.raw.petitions[petition.earlier_id]
        return petition.id


def tcd02(of: Petitions) -> Numbers:
    came = [each for each in of.received if each.channel == "direct"]
    kinds = {3: ("complaint",), 5: ("denunciation",), 7: ("recommendation", "reflection")}
    numbers: Numbers = {}
    for column, words in kinds.items():
        own = [each for each in came if each.kind in words]
        numbers[column], numbers[column + 1] = len(own), of.cases(own)
    numbers[1], numbers[2] = (sum(numbers[column + more] for column in kinds) for more in (0, 1))
    within = [each for each in came if each.in_competence is True]
    outside = [each for each in came if each.in_competence is False]
    numbers |= {9: len(within), 10: of.cases(within), 11: len(outside), 12: of.cases(outside)}
    numbers |= {13: _became(of, outside, "guided"), 14: _became(of, outside, "forwarded")}
    numbers[15] = len([each for each in outside if each.route == "urge"])
    return numbers


def _became(of: Petitions, petitions: list[Petition], status: str) -> int:
    return len([each for each in petitions if of.became(each, status)])


def xld01(of: Petitions) -> Numbers:
    everything = of.received + of.carried
    good = [each for each in everything if each.eligible is True]
    numbers = {
        1: len(everything),
        2: len(of.carried),
        3: len(of.received),
        4: len([each for each in everything if of.processed(each)]),
        5: len([each for each in everything if not of.processed(each)]),
        6: len(good),
        7: of.cases(good),
        11: len([each for each in good if each.settled == "once"]),
        12: len([each for each in good if each.settled == "several_times"]),
        13: len([each for each in good if each.settled in ("never", "under_way")]),
    }
    for more, words in enumerate((("complaint",), ("denunciation",), ("recommendation", "reflection"))):
        own = [each for each in good if each.kind in words]
        numbers[8 + more] = len(own)
        numbers[15 + more] = len([each for each in own if each.in_competence is True])
    numbers[14] = numbers[15] + numbers[16] + numbers[17]
    outside = [each for each in good if each.in_competence is False]
    numbers |= {18: len(outside), 19: _became(of, outside, "guided"), 20: _became(of, outside, "forwarded")}
    numbers[21] = len([each for each in outside if each.route == "urge"])
    return numbers


OTHERS = ("recommendation", "reflection")
_FIELDS_OF_FORM = {
    "complaint": {
        8: "admin_policy", 9: "admin_land", 10: "admin_other", 11: "judicial", 12: "party", 13: "other",
    },
    "denunciation": {
        8: "admin_policy", 9: "admin_land", 10: "admin_officials", 11: "admin_other", 12: "corruption",
        13: "judicial", 14: "party", 15: "other",
    },
    "recommendation": {8: "admin_policy", 9: "admin_land", 10: "judicial", 11: "other"},
}  # fmt: skip


def _intake(of: Petitions, kinds: tuple[str, ...]) -> tuple[Numbers, list[Petition]]:
    """Columns 1 to 7 of the three forms, the fields after them, and the eligible petitions."""
    carried, received = ([each for each in some if each.kind in kinds] for some in (of.carried, of.received))
    everything = received + carried
    good = [each for each in everything if each.eligible is True]
    numbers = {
        1: len(everything),
        2: len(carried),
        3: len(received),
        4: len([each for each in everything if of.processed(each)]),
        5: len([each for each in everything if not of.processed(each)]),
        6: len(good),
        7: of.cases(good),
    }
    for column, word in _FIELDS_OF_FORM[kinds[0]].items():
        numbers[column] = len([each for each in good if each.field == word])
    return numbers, good


def _outside(of: Petitions, good: list[Petition], at: int) -> Numbers:
    """Guided, forwarded, urged."""
    outside = [each for each in good if each.in_competence is False]
    return {
        at: _became(of, outside, "guided"),
        at + 1: _became(of, outside, "forwarded"),
        at + 2: len([each for each in outside if each.route == "urge"]),
    }


def _settled(good: list[Petition], *states: str) -> int:
    return len([each for each in good if each.settled in states])


def xld02(of: Petitions) -> Numbers:
    numbers, good = _intake(of, ("complaint",))
    within = [each for each in good if each.in_competence is True]
    numbers |= {14: _settled(good, "once"), 15: _settled(good, "several_times")}
    numbers |= {17: _settled(good, "under_way"), 18: _settled(good, "never")}
    numbers |= {19 + more: len([each for each in within if each.instance == more + 1]) for more in (0, 1)}
    return numbers | _outside(of, good, 21)


def xld03(of: Petitions) -> Numbers:
    numbers, good = _intake(of, ("denunciation",))
    numbers |= {16: _settled(good, "once"), 17: _settled(good, "several_times")}
    numbers |= {18: _settled(good, "under_way"), 19: _settled(good, "never")}
    numbers[22] = len([each for each in good if each.in_competence is True])
    return numbers | _outside(of, good, 23)


def xld04(of: Petitions) -> Numbers:
    numbers, good = _intake(of, OTHERS)
    numbers |= {12: _settled(good, "once", "several_times")}
    numbers |= {13: _settled(good, "under_way"), 14: _settled(good, "never")}
    numbers[15] = len([each for each in good if each.in_competence is True])
    return numbers | _outside(of, good, 16)


def _to_be_settled(of: Petitions, kind: str, *ends: str) -> Numbers:
    """Columns 1 to 5: what was accepted before and had not ended, and what came of it in the period."""
    own = [each for each in of.all if each.kind == kind]

    def before(petition: Petition, *statuses: str) -> bool:
        return any(word in statuses and day < of.first for word, day in of.raw.histories[petition.id or 0])

    pending = [each for each in own if before(each, "accepted") and not before(each, *ends)]
    numbers = {2: len(pending), 3: _became(of, own, "accepted")}
    numbers |= {4: _became(of, own, "settled"), 5: _became(of, own, "withdrawn")}
    numbers[1] = numbers[2] + numbers[3]
    return numbers


def _came_to(of: Petitions, kind: str, outcome: str) -> int:
    def counts(petition: Petition) -> bool:
        told = of.raw.outcomes.get(petition.id or 0, [])
        return any(said == outcome and of.first <= day <= of.last for said, day in told)

    return sum(each.kind == kind and counts(each) for each in of.all)


def kqgq01(of: Petitions) -> Numbers:
    numbers = _to_be_settled(of, "complaint", "settled", "withdrawn", "terminated")
    words = ("right", "wrong", "partly", "upheld", "annulled")
    return numbers | {17 + place: _came_to(of, "complaint", word) for place, word in enumerate(words)}


def kqgq03(of: Petitions) -> Numbers:
    """A denunciation that was withdrawn may go on (Law on Denunciations 2018, article 33)."""
    numbers = _to_be_settled(of, "denunciation", "settled", "terminated")
    terminated = [each for each in of.all if each.kind == "denunciation"]
    numbers[6] = _became(of, terminated, "terminated")
    words = ("right", "wrong", "partly")
    return numbers | {17 + place: _came_to(of, "denunciation", word) for place, word in enumerate(words)}
