"""The ways a petition may go, and what each step asks for."""

from __future__ import annotations

from datetime import date

import pytest

from server.petitions.categories import Outcome
from server.petitions.standing import OUTCOME_WORDS
from server.petitions.tables import PetitionKind, PetitionStatus
from server.petitions.transitions import DOCUMENT, Fault, Need, NextStatus, faults, followers, need

S, K = PetitionStatus, PetitionKind
COMPLAINT, DENUNCIATION = K.COMPLAINT, K.DENUNCIATION
OTHERS = (K.RECOMMENDATION, K.REFLECTION)
TODAY, SINCE = date(2026, 11, 20), date(2026, 11, 2)

COMPLAINT_WAYS = {
    S.RECEIVED: {S.ACCEPTED, S.NOT_ACCEPTED, S.GUIDED, S.FORWARDED, S.RETURNED, S.WITHDRAWN, S.FILED},
    S.ACCEPTED: {S.IN_SETTLEMENT, S.SETTLED, S.SUSPENDED, S.WITHDRAWN, S.TERMINATED},
    S.IN_SETTLEMENT: {S.SETTLED, S.SUSPENDED, S.WITHDRAWN, S.TERMINATED},
    S.SUSPENDED: {S.IN_SETTLEMENT, S.WITHDRAWN, S.TERMINATED},
    S.WITHDRAWN: {S.TERMINATED, S.FILED},
    S.SETTLED: {S.IN_EXECUTION, S.FILED},
}
DENUNCIATION_WAYS = {
    S.RECEIVED: {S.ACCEPTED, S.NOT_ACCEPTED, S.FORWARDED, S.FILED},
    S.ACCEPTED: {S.IN_SETTLEMENT, S.SUSPENDED, S.WITHDRAWN, S.TERMINATED},
    S.IN_SETTLEMENT: {S.SETTLED, S.SUSPENDED, S.WITHDRAWN, S.TERMINATED},
    S.SUSPENDED: {S.IN_SETTLEMENT, S.WITHDRAWN, S.TERMINATED},
    S.WITHDRAWN: {S.IN_SETTLEMENT, S.TERMINATED},
    S.SETTLED: {S.IN_EXECUTION, S.FILED},
}
OTHER_WAYS = {
    S.RECEIVED: {S.ACCEPTED, S.SETTLED, S.GUIDED, S.FORWARDED, S.RETURNED, S.WITHDRAWN, S.FILED},
    S.ACCEPTED: {S.IN_SETTLEMENT, S.SETTLED, S.FORWARDED, S.WITHDRAWN},
    S.IN_SETTLEMENT: {S.SETTLED, S.FORWARDED, S.WITHDRAWN},
    S.SUSPENDED: {S.IN_SETTLEMENT, S.WITHDRAWN},
    S.WITHDRAWN: {S.FILED},
    S.SETTLED: {S.FILED},
}
ENDED = {
    status: {S.FILED}
    for status in (S.NOT_ACCEPTED, S.GUIDED, S.FORWARDED, S.RETURNED, S.TERMINATED, S.IN_EXECUTION)
}
WAYS = {
    COMPLAINT: COMPLAINT_WAYS,
    DENUNCIATION: DENUNCIATION_WAYS,
    **dict.fromkeys(OTHERS, OTHER_WAYS),
}


@pytest.mark.parametrize("kind", list(K))
@pytest.mark.parametrize("status", list(S))
def test_every_way_of_every_kind(kind: PetitionKind, status: PetitionStatus) -> None:
    asked = {**WAYS[kind], **ENDED, S.FILED: set()}[status]
    assert set(followers(kind, status)) == asked


def test_every_status_leads_to_the_files() -> None:
    """From wherever a petition is, also where it was before this was written down, it can be filed at last."""
    for kind in K:
        for start in (S.RECEIVED, S.ACCEPTED, S.IN_SETTLEMENT, S.SETTLED):
            reached, ahead = set(), {start}
            while ahead - reached:
                reached |= ahead
                ahead = {follower for status in reached for follower in followers(kind, status)}
            assert S.FILED in reached, (kind, start)


@pytest.mark.parametrize(
    ("kind", "present", "wanted"),
    [
        (COMPLAINT, S.RECEIVED, S.SETTLED),  # nothing is decided that was not accepted
        (COMPLAINT, S.NOT_ACCEPTED, S.ACCEPTED),
        (COMPLAINT, S.WITHDRAWN, S.IN_SETTLEMENT),  # what was withdrawn is not reopened
        (COMPLAINT, S.SETTLED, S.SUSPENDED),
        (COMPLAINT, S.ACCEPTED, S.ACCEPTED),
        (DENUNCIATION, S.ACCEPTED, S.SETTLED),  # a conclusion without verification
        (DENUNCIATION, S.RECEIVED, S.GUIDED),
        (DENUNCIATION, S.WITHDRAWN, S.FILED),  # it is terminated by decision, or gone on with
        (K.REFLECTION, S.IN_SETTLEMENT, S.SUSPENDED),
        (K.RECOMMENDATION, S.FILED, S.RECEIVED),
    ],
)
def test_forbidden_ways(kind: PetitionKind, present: PetitionStatus, wanted: PetitionStatus) -> None:
    found = faults(kind, 1, present, SINCE, NextStatus(wanted, TODAY, "1/QĐ-UBND"), TODAY)
    assert found["status"] is Fault.NOT_NEXT


def test_what_the_law_asks_for() -> None:
    documents = {S.ACCEPTED, S.FORWARDED, S.SUSPENDED, S.TERMINATED, S.SETTLED}
    reasons = {S.NOT_ACCEPTED, S.RETURNED}
    assert {status for status in S if need(COMPLAINT, status) is Need.DOCUMENT} == documents
    assert {status for status in S if need(COMPLAINT, status) is Need.REASON} == reasons
    assert {status for status in S if need(DENUNCIATION, status) is Need.DOCUMENT} == documents | reasons
    assert all(need(DENUNCIATION, status) is not Need.REASON for status in S)
    for kind in OTHERS:
        assert {status for status in S if need(kind, status) is not Need.NOTHING} == {S.FORWARDED, S.RETURNED}


@pytest.mark.parametrize(
    ("kind", "wanted", "field", "fault"),
    [
        (COMPLAINT, NextStatus(None, TODAY), "status", Fault.NOT_NEXT),
        (COMPLAINT, NextStatus(S.GUIDED, None), "holds_on", Fault.NO_DAY),
        (COMPLAINT, NextStatus(S.GUIDED, date(2026, 11, 21)), "holds_on", Fault.IN_THE_FUTURE),
        (COMPLAINT, NextStatus(S.GUIDED, date(2026, 11, 1)), "holds_on", Fault.BEFORE_THE_LAST),
        (COMPLAINT, NextStatus(S.ACCEPTED, TODAY), "document", Fault.NO_DOCUMENT),
        (COMPLAINT, NextStatus(S.ACCEPTED, TODAY, "ông An ký"), "document", Fault.NO_NUMBER),
        (COMPLAINT, NextStatus(S.NOT_ACCEPTED, TODAY, "3/TB-UBND"), "reason", Fault.NO_REASON),
        (COMPLAINT, NextStatus(S.NOT_ACCEPTED, TODAY, "", "x" * 301), "reason", Fault.TOO_LONG),
        (
            COMPLAINT,
            NextStatus(S.ACCEPTED, TODAY, "3/TB-UBND", "", Outcome.RIGHT),
            "outcome",
            Fault.NO_SETTLEMENT,
        ),
        (DENUNCIATION, NextStatus(S.NOT_ACCEPTED, TODAY), "document", Fault.NO_DOCUMENT),
        (DENUNCIATION, NextStatus(S.ACCEPTED, TODAY, "3/QĐ-UBND", "bà B"), "reason", Fault.REASON_IN_DENUNCIATION),
    ],
)
def test_what_is_missing_or_wrong(kind: PetitionKind, wanted: NextStatus, field: str, fault: Fault) -> None:
    assert faults(kind, 1, S.RECEIVED, SINCE, wanted, TODAY)[field] is fault


@pytest.mark.parametrize(
    ("kind", "instance", "possible"),
    [
        (COMPLAINT, 1, {Outcome.RIGHT, Outcome.WRONG, Outcome.PARTLY}),
        (COMPLAINT, 2, {Outcome.UPHELD, Outcome.ANNULLED}),
        (DENUNCIATION, 1, {Outcome.RIGHT, Outcome.WRONG, Outcome.PARTLY}),
        (K.REFLECTION, 1, {None}),
        (K.RECOMMENDATION, 1, {None}),
    ],
)
def test_a_settlement_says_what_it_came_to(
    kind: PetitionKind, instance: int, possible: set[Outcome | None]
) -> None:
    def accepted(outcome: Outcome | None) -> bool:
        wanted = NextStatus(S.SETTLED, TODAY, "3/QĐ-UBND", "", outcome)
        return faults(kind, instance, S.IN_SETTLEMENT, SINCE, wanted, TODAY) == {}

    assert {outcome for outcome in (None, *Outcome) if accepted(outcome)} == possible


def test_the_same_day_and_today_are_allowed() -> None:
    for day in (SINCE, TODAY):
        assert faults(COMPLAINT, 1, S.RECEIVED, SINCE, NextStatus(S.ACCEPTED, day, "3/TB-UBND"), TODAY) == {}


@pytest.mark.parametrize(
    "number",
    ["123/QĐ-UBND", "45/2026/QĐ-UBND", "7/TTr-SNNMT", "1911/UBND-TCD", "82/TB-TTr", "12/BB", "5/PA-PC03-TH"],
)
def test_numbers_of_documents(number: str) -> None:
    assert DOCUMENT.fullmatch(number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "123",
        "QĐ-UBND",
        "Nguyễn Văn A",
        "1/Nguyễn",
        "1/NGUYENVANA",
        "1/NGUYỄN",
        "1/A B",
        "1/QĐ-UBND\n",
        "1/a-b",
    ],
)
def test_what_is_no_number_of_a_document(text: str) -> None:
    assert not DOCUMENT.fullmatch(text)


def test_whatever_a_petition_became_what_it_was_settled_with_can_be_said() -> None:
    assert set(OUTCOME_WORDS) == set(K)
    assert all(set(words) == set(Outcome) for words in OUTCOME_WORDS.values())
