"""What one line did to a room: from what the room saw to a row of the table. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rich.table import Table

from server.bench.line.conditions import Phase, Preset
from server.bench.line.witness import Seen

Layers = Sequence[tuple[float, str]]
"""(since, what the line carries), each change once, in the order of time; values of `Carried`."""


@dataclass(frozen=True, slots=True)
class LineResult:
    """Seconds are of the time that was measured; None where there was nothing of the kind."""

    preset: str
    says: str
    seed: int
    measured_s: float
    frozen_s: float
    longest_freeze_s: float
    missing_sound_s: float
    layer: str  # what was carried longest while the line was at its worst
    layer_after_s: float | None  # from the moment it got so bad
    recovered_after_s: float | None  # from the moment the line was good again: to the next whole picture
    full_layer_after_s: float | None  # from the same moment: to the layer of before
    joins: int  # new joins while it was measured: 0 is what is wanted
    offered: int  # downstream packets
    lost: int  # of them: by chance, in the dark
    overflowed: int  # of them: for want of room before the bottleneck

    lost_for_good: bool  # the line became good again, and the picture never came back

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def worst(phases: Sequence[Phase]) -> tuple[float, float | None]:
    """When the bad phase begins and ends, in seconds after the line began; the end None: it is bad for ever.

    A preset of one phase is bad from the beginning; of more, the second one is.
    """
    if len(phases) == 1:
        return 0.0, None
    begins_s = phases[0].seconds or 0.0
    return begins_s, begins_s + (phases[1].seconds or 0.0)


def judged(
    preset: Preset,
    seed: int,
    first: Seen,
    last: Seen,
    before: dict[str, int],
    after: dict[str, int],
) -> LineResult:
    """`first` and `last` are what the room saw at both ends of the measurement; `before` and `after` the line's
    downstream counters at the same moments."""
    begins_s, ends_s = worst(preset.phases)
    bad_since_s = first.at_s + begins_s
    layers = last.layers
    good_since_s = None if ends_s is None else first.at_s + ends_s
    layer, chosen_s = _held_longest(layers, bad_since_s, last.at_s if good_since_s is None else good_since_s)
    gone = {name: after[name] - before[name] for name in after}
    recovered_after_s = None if good_since_s is None else _recovery_s(last, good_since_s)
    return LineResult(
        preset=preset.name,
        says=preset.says,
        seed=seed,
        measured_s=round(last.at_s - first.at_s, 1),
        frozen_s=round(last.frozen_s(first.at_s), 2),
        longest_freeze_s=round(max(_lengths(last, first.at_s), default=0.0), 2),
        missing_sound_s=round(max(0.0, last.missing_sound_s - first.missing_sound_s), 2),
        layer=layer,
        layer_after_s=None if chosen_s is None else round(max(0.0, chosen_s - bad_since_s), 1),
        recovered_after_s=recovered_after_s,
        full_layer_after_s=None if good_since_s is None else _full_again_s(layers, bad_since_s, good_since_s),
        joins=last.joins - first.joins,
        offered=gone["offered"],
        lost=gone["lost"] + gone["dark"],
        overflowed=gone["overflowed"],
        lost_for_good=good_since_s is not None and recovered_after_s is None,
    )


def _lengths(seen: Seen, since_s: float) -> list[float]:
    return [(seen.at_s if end is None else end) - max(begin, since_s) for begin, end in seen.freezes]


def _recovery_s(seen: Seen, good_since_s: float) -> float | None:
    """None: it never came back."""
    for begin, end in seen.freezes:
        if begin <= good_since_s and (end is None or end > good_since_s):
            return None if end is None else round(end - good_since_s, 2)
    return 0.0


def _held_longest(layers: Layers, since_s: float, until_s: float) -> tuple[str, float | None]:
    """The layer that was held longest in that time, and when it was chosen for the first time in it."""
    held: dict[str, float] = {}
    chosen: dict[str, float] = {}
    ends_s = [at_s for at_s, _ in layers[1:]] + [until_s] * bool(layers)
    for (at_s, layer), next_s in zip(layers, ends_s, strict=True):
        begin, end = max(at_s, since_s), min(next_s, until_s)
        if end > begin:
            held[layer] = held.get(layer, 0.0) + end - begin
            chosen.setdefault(layer, begin)
    if not held:
        return "", None
    longest = max(held, key=lambda layer: held[layer])
    return longest, chosen[longest]


def _full_again_s(layers: Layers, bad_since_s: float, good_since_s: float) -> float | None:
    """None: nothing is known of layers, or the one of before was not reached again."""
    of_before = [layer for at_s, layer in layers if at_s <= bad_since_s]
    if not of_before:
        return None
    meanwhile = [layer for at_s, layer in layers if at_s <= good_since_s]
    if meanwhile[-1] == of_before[-1]:
        return 0.0
    return next(
        (
            round(at_s - good_since_s, 1)
            for at_s, layer in layers
            if at_s > good_since_s and layer == of_before[-1]
        ),
        None,
    )


def as_table(results: Sequence[LineResult]) -> Table:
    table = Table(title="One room behind a line")
    table.add_column("Line", min_width=15, max_width=24)
    for heading in ("frozen", "longest", "no\nsound"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("layer")
    for heading in ("back\nafter", "full\nafter"):
        table.add_column(heading, justify="right", no_wrap=True)
    for result in results:
        table.add_row(
            result.says,
            f"{result.frozen_s:.1f} s",
            f"{result.longest_freeze_s:.1f} s",
            f"{result.missing_sound_s:.1f} s",
            _layer_words(result),
            _back_words(result),
            _seconds(result.full_layer_after_s),
        )
    return table


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"


def _back_words(result: LineResult) -> str:
    """Joining anew is not what a line that comes back should need, so it is said."""
    words = "[red]never[/]" if result.lost_for_good else _seconds(result.recovered_after_s)
    return f"{words}\n[red]{result.joins} joins[/]" if result.joins else words


def _layer_words(result: LineResult) -> str:
    words = {"none": "sound only", "": "not known"}.get(result.layer, result.layer)
    return words if not result.layer_after_s else f"{words} after {result.layer_after_s:.1f} s"
