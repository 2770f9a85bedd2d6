"""What the bench says of what it found."""

from __future__ import annotations

import io
import json

from rich.console import Console

from server.bench.completeness import incomplete, shares
from server.bench.media_figures import DelayHistogram, read_histogram
from server.bench.peer.comparison import JANUS, TIEPDAN, Compared, Turn
from server.bench.report import BenchReport, Scenario, percentile


def test_percentiles_are_of_the_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1.0)) == (50.0, 99.0, 100.0)
    assert percentile([3.0], 0.5) == 3.0


def _words(report: BenchReport) -> str:
    out = io.StringIO()
    Console(file=out, width=140).print(report.as_table())
    return out.getvalue()


def test_table_is_one_row_a_figure_and_says_what_could_not_be_measured() -> None:
    scenario = Scenario("delay")
    scenario.add_spread("added", [1.0, 2.0, 3.0], "ms", (0.5, 0.99))
    scenario.missing("by the histogram", "ms", "there is none")
    report = BenchReport(5, 3.0, [scenario])
    words = _words(report)
    assert "p50 2 · p99 3 · largest 3 ms" in words
    assert "there is none" in words
    assert report.ok
    figures = json.loads(json.dumps(report.as_json()))["scenarios"][0]["figures"]
    assert [(figure["statistic"], figure["measured"]) for figure in figures] == [
        ("p50", 3),
        ("p99", 3),
        ("largest", 3),
        ("", 0),
    ]


def test_one_broken_thing_is_enough() -> None:
    scenario = Scenario("capacity")
    scenario.expect(True, "never said")
    report = BenchReport(5, 3.0, [scenario])
    assert report.ok
    scenario.expect(False, "3 packets were lost")
    assert not report.ok
    assert report.as_json()["ok"] is False
    assert "3 packets were lost" in _words(report)


def test_histogram_is_read_from_metrics_and_only_what_is_new_counts() -> None:
    lines = [("0.001", 10), ("0.01", 20), ("+Inf", 20)]
    text = "".join(f'tiepdan_media_added_delay_seconds_bucket{{le="{le}"}} {count}\n' for le, count in lines)
    before = read_histogram(text)
    assert isinstance(before, DelayHistogram)
    after = DelayHistogram(before.bounds_s, (109.0, 120.0, 120.0))
    since = after.since(before)
    assert since.packets == 100
    assert since.upper_bound_s(0.5) == 0.001
    assert since.upper_bound_s(0.999) == 0.01
    assert isinstance(read_histogram("tiepdan_links 4\n"), str)


def test_rooms_that_were_sent_less_are_told_though_nothing_is_missing_in_their_numbering() -> None:
    got = shares(1000, [0, 10, 20], [1000, 1005, 520])
    assert got == [1.0, 0.995, 0.5]
    assert incomplete(1000, got[:2]) == ""
    assert incomplete(1000, got).startswith("1 of 3 rooms were sent less")
    assert incomplete(5000, [0.985]), "in 20 s a key frame that is under way is less than that"
    assert incomplete(760, [0.985]) == "", "in 3 s it is more"


def _turn(server: str, cpu_us: float) -> Turn:
    return Turn(server, 5, 20.0, cpu_us, 0.1, 1000, 50.0, 1.0, 0, 100.0, 0.1, 0)


def test_ratio_is_of_the_medians_and_waits_for_both() -> None:
    compared = Compared(5, 20.0)
    for cpu_us in (3.0, 9.0, 4.0):
        compared.turns.append(_turn(TIEPDAN, cpu_us))
    assert compared.ratio is None
    for cpu_us in (12.0, 16.0, 1.0):
        compared.turns.append(_turn(JANUS, cpu_us))
    assert compared.ratio == 4.0 / 12.0
