"""How a petition stands today: its history and its duties together, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aiohttp import web
from sqlmodel import Session

from server.deadlines.computing import State, Why
from server.deadlines.rules import DeadlineKey, Rule, Unit, Variant
from server.deadlines.terms import Terms
from server.petitions.categories import Outcome
from server.petitions.duties import Case, Duty, by_urgency, duties_of, most_urgent, settlement_of
from server.petitions.extending import INSTANCES, VARIANTS, rule_to_extend
from server.petitions.history import HeardOn, case_of
from server.petitions.history_lines import Line, lines_of
from server.petitions.tables import Petition, PetitionKind, PetitionStatus
from server.petitions.transitions import Need, followers, need, outcomes
from server.web.languages import N_

TERMS = web.AppKey("TERMS", Terms)
"""The calendar and the table everything is counted by; the composition root reads them at start."""

DUTY_WORDS: dict[DeadlineKey, str] = {
    DeadlineKey.PETITION_TRIAGE: N_("Classify it and propose how to handle it"),
    DeadlineKey.COMPLAINT_ACCEPT: N_("Accept the complaint, or say why not"),
    DeadlineKey.COMPLAINT_SETTLE_1: N_("Settle the complaint, first decision"),
    DeadlineKey.COMPLAINT_SETTLE_2: N_("Settle the complaint, second decision"),
    DeadlineKey.COMPLAINT_DECISION_SEND_1: N_("Send the first decision"),
    DeadlineKey.COMPLAINT_DECISION_SEND_2: N_("Send the second decision"),
    DeadlineKey.COMPLAINT_PUBLISH_2: N_("Publish the second decision"),
    DeadlineKey.DENUNCIATION_INITIAL: N_("Process the denunciation initially"),
    DeadlineKey.DENUNCIATION_FORWARD: N_("Forward the denunciation"),
    DeadlineKey.DENUNCIATION_ACCEPT_NOTICE: N_("Give notice that it was accepted"),
    DeadlineKey.DENUNCIATION_SETTLE: N_("Conclude on the denunciation"),
    DeadlineKey.DENUNCIATION_SUSPEND_NOTICE: N_("Send the decision to suspend or terminate"),
    DeadlineKey.DENUNCIATION_CONCLUSION_SEND: N_("Send the conclusion"),
    DeadlineKey.DENUNCIATION_PUBLISH: N_("Publish the conclusion"),
    DeadlineKey.RECOMMENDATION: N_("Answer the recommendation"),
    DeadlineKey.REFLECTION: N_("Answer the reflection"),
    DeadlineKey.RECEPTION_RESULT_NOTICE: N_("Tell the citizen what came of the reception"),
}
"""Of the duties that `duties` finds."""
HEARD_WORD = N_("Heard in a reception")
VARIANT_WORDS: dict[Variant, str] = {
    Variant.NORMAL: N_("None of them"),
    Variant.COMPLICATED: N_("Complicated case"),
    Variant.REMOTE: N_("Remote area, hard to reach"),
    Variant.REMOTE_COMPLICATED: N_("Complicated, in a remote area"),
    Variant.SPECIALLY_COMPLICATED: N_("Specially complicated case"),
}
_OF_A_COMPLAINT: dict[Outcome, str] = {
    Outcome.RIGHT: N_("The complaint is right"),
    Outcome.WRONG: N_("The complaint is wrong"),
    Outcome.PARTLY: N_("The complaint is partly right"),
    Outcome.UPHELD: N_("The first decision is upheld"),
    Outcome.ANNULLED: N_("The first decision is annulled or amended"),
}
_OF_A_DENUNCIATION: dict[Outcome, str] = {
    Outcome.RIGHT: N_("The denunciation is true"),
    Outcome.WRONG: N_("The denunciation is false"),
    Outcome.PARTLY: N_("The denunciation is partly true"),
}
OUTCOME_WORDS: dict[PetitionKind, dict[Outcome, str]] = {
    kind: _OF_A_COMPLAINT | (_OF_A_DENUNCIATION if kind is PetitionKind.DENUNCIATION else {})
    for kind in PetitionKind
}
"""All of them for all kinds: the history of a petition that became another kind keeps what it was settled with."""
INSTANCE_WORDS: dict[int, str] = {1: N_("First complaint"), 2: N_("Second complaint")}


@dataclass(frozen=True, slots=True)
class Standing:
    case: Case
    lines: list[Line]
    duties: list[Duty]
    urgent: Duty | None
    followers: tuple[PetitionStatus, ...]
    needs: dict[PetitionStatus, Need]
    outcomes: tuple[Outcome, ...]  # if the next status may be a settlement
    extendable: Rule | None

    @property
    def variants(self) -> tuple[Variant, ...]:
        return VARIANTS.get(self.case.kind, ())

    @property
    def instances(self) -> tuple[int, ...]:
        return INSTANCES.get(self.case.kind, ())


def standing_of(session: Session, petition: Petition, heard_on: HeardOn, terms: Terms, today: date) -> Standing:
    case = case_of(session, petition, heard_on)
    duties = duties_of(case, terms, today)
    following = followers(case.kind, case.present.status)
    return Standing(
        case=case,
        lines=lines_of(session, petition),
        duties=by_urgency(duties),
        urgent=urgent_of(case, duties),
        followers=following,
        needs={status: need(case.kind, status) for status in following},
        outcomes=outcomes(case.kind, case.instance) if PetitionStatus.SETTLED in following else (),
        extendable=rule_to_extend(case, settlement_of(duties)),
    )


def urgent_of(case: Case, duties: list[Duty]) -> Duty | None:
    """What to look at first in the register. A case that is filed asks for nothing any more."""
    return None if case.present.status is PetitionStatus.FILED else most_urgent(duties)


STANDING_WORDS = {
    "duty_words": DUTY_WORDS,
    "heard_word": HEARD_WORD,
    "variant_words": VARIANT_WORDS,
    "instance_words": INSTANCE_WORDS,
    "outcome_words": OUTCOME_WORDS,
    "Why": Why,
    "Unit": Unit,
    "DueState": State,
}
