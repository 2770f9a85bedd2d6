"""What may happen to a task next, and what is asked for when it does: pure.

The office writes down what a unit tells it, or an officer of the unit says it here (`own_units`). A task goes from
the unit to the Board when the unit reports it done, with the number of its report, and comes back with a reason or
is confirmed. Where it is not plain:
- The deadline is the host's and is kept like a term of the law: who grants more time does so while it runs. An
  extension granted after the day would make in time what was late; the way then is a corrected conclusion.
- An obstacle does not stop the deadline. It ends when somebody says so, or with the report that it is done.
- Of a denunciation no words are kept: where a reason is asked for of others, the number of a document is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.conclusions.tables import TaskAct, TaskState
from server.petitions.naming import names_one
from server.petitions.transitions import Fault, day_fault, document_fault

_S, _A = TaskState, TaskAct
WITH_THE_UNIT = (_S.ASSIGNED, _S.ACKNOWLEDGED, _S.IN_PROGRESS)
OPEN = (*WITH_THE_UNIT, _S.REPORTED)
LONGEST_WORDS = 1000
LONGEST_NAME = 120


class TaskFault(StrEnum):
    NOT_NEXT = "not_next"
    NO_WORDS = "no_words"
    NO_REPORT = "no_report"  # the number of the unit's report is missing
    NO_DOCUMENT = "no_document"  # of a denunciation, in place of words
    WORDS_IN_DENUNCIATION = "words_in_denunciation"
    NO_NEW_DAY = "no_new_day"
    NOT_LATER = "not_later"
    AFTER_THE_DEADLINE = "after_the_deadline"
    NOBODY_ALLOWED_IT = "nobody_allowed_it"


AnyFault = Fault | TaskFault


@dataclass(frozen=True, slots=True)
class ActRule:
    """`to` None: the state stays. `words`, `document`: asked for; a new deadline is for EXTEND alone."""

    since: tuple[TaskState, ...]
    to: TaskState | None = None
    words: bool = False
    document: bool = False


ACTS: Mapping[TaskAct, ActRule] = {
    _A.ACKNOWLEDGE: ActRule((_S.ASSIGNED,), _S.ACKNOWLEDGED),
    _A.PROGRESS: ActRule(WITH_THE_UNIT, _S.IN_PROGRESS, words=True),
    _A.REPORT: ActRule(WITH_THE_UNIT, _S.REPORTED, document=True),
    _A.CONFIRM: ActRule((_S.REPORTED,), _S.CONFIRMED),
    _A.SEND_BACK: ActRule((_S.REPORTED,), _S.IN_PROGRESS, words=True),
    _A.OBSTRUCT: ActRule(WITH_THE_UNIT, words=True),
    _A.CLEAR: ActRule(WITH_THE_UNIT),
    _A.EXTEND: ActRule(WITH_THE_UNIT, words=True),
    _A.CANCEL: ActRule(OPEN, _S.CANCELLED, words=True),
}
"""In the order in which they are offered: the usual next one first."""


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """How the task stands. `since`: the day of the last row of its history."""

    state: TaskState
    due_on: date
    since: date
    obstructed: bool = False
    denunciation: bool = False
    names: tuple[str, ...] = ()  # of petitioners, which no words may carry


@dataclass(frozen=True, slots=True)
class WantedAct:
    act: TaskAct | None
    holds_on: date | None
    document: str = ""
    words: str = ""
    due_on: date | None = None
    allowed_by: str = ""


@dataclass(slots=True)
class _Found:
    faults: dict[str, AnyFault] = field(default_factory=dict)

    def say(self, name: str, fault: AnyFault | None) -> None:
        if fault is not None:
            self.faults.setdefault(name, fault)


def next_acts(facts: TaskFacts) -> tuple[TaskAct, ...]:
    """What may be recorded now; empty when the task is over."""
    left_out = _A.OBSTRUCT if facts.obstructed else _A.CLEAR
    return tuple(act for act, rule in ACTS.items() if facts.state in rule.since and act is not left_out)


def asks_words(act: TaskAct, facts: TaskFacts) -> bool:
    return ACTS[act].words and not facts.denunciation


def asks_document(act: TaskAct, facts: TaskFacts) -> bool:
    return ACTS[act].document or (ACTS[act].words and facts.denunciation)


def act_faults(facts: TaskFacts, wanted: WantedAct, today: date) -> dict[str, AnyFault]:
    """What is wrong with `wanted`, by the name of its field."""
    if wanted.act is None or wanted.act not in next_acts(facts):
        return {"act": TaskFault.NOT_NEXT}
    found = _Found()
    found.say("holds_on", day_fault(wanted.holds_on, facts.since, today))
    if asks_document(wanted.act, facts) and not wanted.document:
        found.say("document", TaskFault.NO_DOCUMENT if facts.denunciation else TaskFault.NO_REPORT)
    found.say("document", document_fault(wanted.document, needed=False))
    if asks_words(wanted.act, facts) and not wanted.words:
        found.say("words", TaskFault.NO_WORDS)
    found.say("words", words_fault(wanted.words, LONGEST_WORDS, facts.denunciation, facts.names))
    if wanted.act is _A.EXTEND:
        _extension_faults(facts, wanted, found)
    return found.faults


def _extension_faults(facts: TaskFacts, wanted: WantedAct, found: _Found) -> None:
    if wanted.due_on is None:
        found.say("due_on", TaskFault.NO_NEW_DAY)
    elif wanted.due_on <= facts.due_on:
        found.say("due_on", TaskFault.NOT_LATER)
    if wanted.holds_on is not None and wanted.holds_on > facts.due_on:
        found.say("holds_on", TaskFault.AFTER_THE_DEADLINE)
    if not wanted.allowed_by and not facts.denunciation:
        found.say("allowed_by", TaskFault.NOBODY_ALLOWED_IT)
    found.say("allowed_by", words_fault(wanted.allowed_by, LONGEST_NAME, facts.denunciation, facts.names))


def words_fault(words: str, longest: int, denunciation: bool, names: tuple[str, ...]) -> AnyFault | None:
    """Words are read by some who read no names, and of a denunciation there are none."""
    if not words:
        return None
    if denunciation:
        return TaskFault.WORDS_IN_DENUNCIATION
    if names_one(words, names):
        return Fault.NAMES_PETITIONER
    return Fault.TOO_LONG if len(words) > longest else None


def facts_after(facts: TaskFacts, wanted: WantedAct) -> TaskFacts:
    """How it stands once `wanted`, which has no fault, is recorded."""
    if wanted.act is None or wanted.holds_on is None:
        raise ValueError("an act that has no fault names itself and its day")
    state = ACTS[wanted.act].to or facts.state
    obstructed = facts.obstructed
    if wanted.act in (_A.OBSTRUCT, _A.CLEAR) or state not in WITH_THE_UNIT:
        obstructed = wanted.act is _A.OBSTRUCT
    due_on = wanted.due_on if wanted.act is _A.EXTEND and wanted.due_on else facts.due_on
    return TaskFacts(state, due_on, wanted.holds_on, obstructed, facts.denunciation, facts.names)
