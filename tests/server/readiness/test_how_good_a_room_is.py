"""Which findings make a room green, amber or red."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from server.readiness.rules import Light, Now, Trouble, judge, judged, troubles, troubles_now, worst
from server.readiness.words import LIGHT_WORDS, PART_WORDS, SENTENCES, figures_of, said_of
from signaling.check_messages import FIGURES, OUTCOMES, CheckReason, Finding, Part, RoomChecked

EIGHT = datetime(2026, 11, 30, 1, tzinfo=UTC)
findings = st.sampled_from(list(Part)).flatmap(
    lambda part: st.builds(
        lambda outcome, figures: Finding(what=part, outcome=outcome, figures=figures),
        st.sampled_from(OUTCOMES[part]),
        st.dictionaries(st.sampled_from(FIGURES[part]), st.floats(-1e6, 1e6)) if part in FIGURES else st.just({}),
    )
)


def line(**figures: float) -> Finding:
    return Finding(what=Part.LINE, outcome="measured", figures=figures)


@pytest.mark.parametrize(
    ("finding", "light", "outcome"),
    [
        (Finding(what=Part.PICTURE, outcome="moving"), Light.GREEN, "moving"),
        (Finding(what=Part.PICTURE, outcome="black"), Light.RED, "black"),
        (Finding(what=Part.SOUND, outcome="dead"), Light.RED, "dead"),
        (Finding(what=Part.SOUND, outcome="hum"), Light.AMBER, "hum"),
        (Finding(what=Part.SPEAKER, outcome="untried"), Light.GREEN, "untried"),
        (Finding(what=Part.SPEAKER, outcome="unheard"), Light.AMBER, "unheard"),
        (Finding(what=Part.UDP, outcome="blocked"), Light.AMBER, "blocked"),
        (Finding(what=Part.TURN_TCP, outcome="blocked"), Light.GREEN, "blocked"),
        (Finding(what=Part.H264, outcome="missing"), Light.RED, "missing"),
        (Finding(what=Part.VP8, outcome="missing"), Light.GREEN, "missing"),
        (Finding(what=Part.CLOCK, outcome="compared", figures={"ahead_s": -90}), Light.GREEN, "compared"),
        (Finding(what=Part.CLOCK, outcome="compared", figures={"ahead_s": -3600}), Light.AMBER, "wrong"),
        (Finding(what=Part.DISK, outcome="measured", figures={"free_gb": 1.0}), Light.AMBER, "full"),
        (Finding(what=Part.DISK, outcome="measured", figures={"free_gb": 0.1}), Light.RED, "full"),
        (Finding(what=Part.LINE, outcome="unmeasured"), Light.GREEN, "unmeasured"),
        (Finding(what=Part.LINE, outcome="failed"), Light.RED, "failed"),
        (line(loss_down_percent=0.4, rtt_ms=30, down_kbps=2900, up_kbps=2800), Light.GREEN, "measured"),
        (line(loss_down_percent=5, down_kbps=2900, up_kbps=2800), Light.AMBER, "weak"),
        (line(loss_up_percent=12, down_kbps=2900, up_kbps=2800), Light.RED, "weak"),
        (line(rtt_ms=700, down_kbps=2900, up_kbps=2800), Light.AMBER, "weak"),
        (line(down_kbps=500, up_kbps=500), Light.AMBER, "thin"),
        (line(down_kbps=2900, up_kbps=100), Light.RED, "thin"),
        (line(loss_down_percent=5, down_kbps=2900, up_kbps=100), Light.RED, "thin"),
    ],
)
def test_what_a_finding_is_worth(finding: Finding, light: Light, outcome: str) -> None:
    reason = judge(finding, "h264")
    assert (reason.light, reason.outcome) == (light, outcome)


@given(st.lists(findings, max_size=6), st.sampled_from(["h264", "vp8"]))
def test_whatever_a_room_finds_is_judged_and_said(found: list[Finding], codec: str) -> None:
    reasons = judged(found, codec)
    assert len(reasons) == len(found)
    assert worst(reason.light for reason in reasons) is (reasons[0].light if reasons else Light.GREEN)
    for reason in reasons:
        sentence, _advice = said_of(reason, lambda text, **parts: text % parts if parts else text, "vi")
        assert sentence
        assert figures_of(reason, lambda text, **parts: text % parts, "en") or not reason.figures
    assert len(troubles(reasons)) <= len(found)


def test_every_outcome_has_its_words() -> None:
    wrong = {"line.weak", "line.thin", "clock.wrong", "disk.full"}
    assert set(SENTENCES) == {f"{part}.{each}" for part, some in OUTCOMES.items() for each in some} | wrong
    assert set(PART_WORDS) == set(Part)
    assert set(LIGHT_WORDS) == set(Light)


@pytest.mark.parametrize(
    "wrong",
    [
        {"what": "picture", "outcome": "good"},
        {"what": "picture", "outcome": "moving", "figures": {"loss_down_percent": 1}},
        {"what": "line", "outcome": "measured", "figures": {"rtt_ms": float("nan")}},
        {"what": "smell", "outcome": "good"},
        {"what": "sound", "outcome": "good", "words": "anything"},
    ],
)
def test_what_is_not_in_the_tables_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Finding.model_validate(wrong)


def test_nothing_is_told_twice_in_one_check() -> None:
    twice = (Finding(what=Part.SOUND, outcome="good"), Finding(what=Part.SOUND, outcome="dead"))
    with pytest.raises(ValidationError, match="told twice"):
        RoomChecked(reason=CheckReason.OFFICER, findings=twice)


def state(**known: object) -> Now:
    usual = {
        "in_touch": True, "out_since": None, "outdated": False, "checked_at": EIGHT, "line_trouble": False,
    }  # fmt: skip
    return Now(**{**usual, **known})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "found"),
    [
        (state(), []),
        (state(in_touch=False, checked_at=None), [Trouble.OUT]),
        (state(checked_at=None), [Trouble.UNCHECKED]),
        (state(checked_at=EIGHT - timedelta(hours=25)), []),
        (state(checked_at=EIGHT - timedelta(hours=27)), [Trouble.STALE]),
        (state(outdated=True, line_trouble=True), [Trouble.LINE_NOW, Trouble.SOFTWARE]),
    ],
)
def test_what_is_wrong_at_this_moment(known: Now, found: list[Trouble]) -> None:
    assert [trouble for _, trouble in troubles_now(known, EIGHT)] == found
