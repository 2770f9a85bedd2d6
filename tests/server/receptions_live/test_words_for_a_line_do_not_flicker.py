"""What the desk is told of a room's line: the word, since when, and that it does not change with every packet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.receptions.line_quality import TROUBLES, LineQualities, Quality, Seen, Verdict, assess
from server.receptions.line_words import ADVICE, HEADLINES, line_words
from server.web.languages import Catalogs
from signaling.messages import LinkState
from tests.server.receptions_live.province import HA_TU, Scene

START = datetime(2026, 11, 23, 7, 3, tzinfo=UTC)  # 14:03 in the province
FINE = Seen(LinkState.RECEIVING, False, False, True, 0.0, 30.0, 0.0, "h")
LOSSY = replace(FINE, loss_percent=6.0, rtt_ms=320.0)
SILENT = Seen(None, True, False, True)
CATALOGS = Catalogs.read()


class Line:
    """One room, looked at once a second."""

    def __init__(self, seen: Seen = FINE) -> None:
        self.now = START
        self.verdict = assess(None, seen, self.now)

    def for_seconds(self, seconds: int, *seen: Seen) -> list[Quality]:
        """`seen` in turn, once a second; the words that were said, without repeats."""
        said = [self.verdict.quality]
        for number in range(seconds):
            self.now += timedelta(seconds=1)
            self.verdict = assess(self.verdict, seen[number % len(seen)], self.now)
            if self.verdict.quality is not said[-1]:
                said.append(self.verdict.quality)
        return said


def words(verdict: Verdict, language: str = "vi") -> str:
    return line_words(verdict, CATALOGS.translator(language), language).sentence


def test_a_fine_line_is_a_full_picture_from_the_first_moment() -> None:
    line = Line()
    assert line.verdict.quality is Quality.GOOD
    assert words(line.verdict) == "Hình đầy đủ"
    assert words(line.verdict, "en") == "Full picture"


def test_a_line_that_has_no_picture_to_carry_is_not_called_a_picture() -> None:
    assert words(Line(replace(FINE, layer="")).verdict) == "Đường truyền tốt"


def test_a_weak_line_is_named_after_some_seconds_with_its_figures_and_since_when() -> None:
    line = Line()
    assert line.for_seconds(12, LOSSY) == [Quality.GOOD, Quality.WEAK]
    line.for_seconds(30, LOSSY)
    assert words(line.verdict) == "Đường truyền yếu: mất 6 % gói tin, trễ 320 ms, từ 14:03"
    assert words(line.verdict, "en") == "Weak line: 6 % of packets lost, delay 320 ms, since 14:03"
    assert line.verdict.since is not None
    assert timedelta(0) < line.verdict.since - START < timedelta(seconds=9)  # when it began, not when it was said


def test_one_bad_second_is_not_a_word() -> None:
    line = Line()
    assert line.for_seconds(60, *[FINE] * 9, replace(FINE, loss_percent=9.0)) == [Quality.GOOD]


def test_a_line_at_the_threshold_does_not_flicker() -> None:
    line = Line()
    line.for_seconds(20, LOSSY)
    said = line.for_seconds(120, replace(FINE, loss_percent=5.5), replace(FINE, loss_percent=3.0))
    assert said == [Quality.WEAK]
    assert line.for_seconds(8, FINE) == [Quality.WEAK]
    assert line.for_seconds(20, FINE) == [Quality.WEAK, Quality.GOOD]


def test_layers_are_told_one_after_the_other_and_sound_only_is_said() -> None:
    line = Line()
    low, none = replace(FINE, layer="l"), replace(FINE, layer="none")
    assert line.for_seconds(5, low) == [Quality.GOOD, Quality.REDUCED]
    assert line.for_seconds(5, none) == [Quality.REDUCED, Quality.SOUND_ONLY]
    assert words(line.verdict).startswith("Chỉ còn tiếng")
    assert line.for_seconds(9, FINE) == [Quality.SOUND_ONLY]
    assert line.for_seconds(5, FINE) == [Quality.SOUND_ONLY, Quality.GOOD]


def test_silence_and_its_end_are_said_at_once() -> None:
    line = Line()
    assert line.for_seconds(1, SILENT) == [Quality.GOOD, Quality.SILENT]
    assert words(line.verdict) == "Đã kết nối nhưng im lặng: từ 14:03"
    assert line.for_seconds(1, FINE) == [Quality.SILENT, Quality.GOOD]


def test_a_link_that_does_not_come_about_is_a_firewall_and_not_an_absence() -> None:
    line = Line(Seen(None, False, False, True))
    joining = Seen(None, False, True, True)
    assert line.for_seconds(9, joining) == [Quality.ABSENT, Quality.JOINING]
    assert line.for_seconds(5, joining) == [Quality.JOINING, Quality.BLOCKED]
    assert "UDP" in line_words(line.verdict, CATALOGS.translator("vi"), "vi").advice
    assert line.for_seconds(1, FINE) == [Quality.BLOCKED, Quality.GOOD]


def test_a_room_that_gets_nothing_though_it_should_is_told_from_one_that_should_not() -> None:
    line = Line()
    mute = replace(FINE, state=LinkState.CONNECTED)
    assert line.for_seconds(9, mute) == [Quality.GOOD]
    assert line.for_seconds(5, mute) == [Quality.GOOD, Quality.NOT_ARRIVING]
    assert line.for_seconds(1, replace(mute, may_receive=False)) == [Quality.NOT_ARRIVING, Quality.IDLE]
    assert line.for_seconds(1, FINE) == [Quality.IDLE, Quality.GOOD]


def test_what_a_room_sends_and_loses_is_said() -> None:
    line = Line()
    assert line.for_seconds(15, replace(FINE, upstream_loss_percent=8.0)) == [Quality.GOOD, Quality.WEAK_UPSTREAM]
    assert "gửi lên" in words(line.verdict)


def test_a_long_round_trip_alone_is_a_weak_line() -> None:
    line = Line()
    assert line.for_seconds(20, replace(FINE, rtt_ms=600.0)) == [Quality.GOOD, Quality.WEAK]
    assert "mất" not in words(line.verdict)


@pytest.mark.parametrize("quality", list(Quality))
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_word_is_said_and_every_trouble_has_advice(quality: Quality, language: str) -> None:
    said = line_words(Verdict(quality, START, 6.0, 320.0, 8.0, "h"), CATALOGS.translator(language), language)
    assert said.headline == CATALOGS.gettext(language, HEADLINES[quality])
    assert said.sentence.startswith(said.headline)
    assert "%(" not in said.sentence
    assert "None" not in said.sentence
    assert bool(said.advice) >= (quality in TROUBLES)
    assert set(ADVICE) >= TROUBLES


def test_a_room_that_leaves_the_registry_is_forgotten() -> None:
    lines = LineQualities()
    lines.assess("1", FINE, START)
    lines.assess("2", FINE, START)
    lines.keep_only({"2"})
    assert lines.of("1").quality is Quality.ABSENT
    assert lines.of("2").quality is Quality.GOOD


def test_the_live_state_looks_at_once_when_a_link_falls_silent() -> None:
    scene = Scene.opened(HA_TU)
    scene.becomes(HA_TU, LinkState.SILENT)
    verdict = scene.live.around.lines.of(HA_TU)
    assert (verdict.quality, verdict.since) == (Quality.SILENT, scene.now)
