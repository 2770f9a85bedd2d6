"""What a rehearsal found, as JSON and as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from rich.table import Table

from server.rehearsal.faults import FaultFound


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds; None where nothing was measured."""

    p50: float | None = None
    p95: float | None = None
    max: float | None = None


def spread(values_ms: Sequence[float]) -> Spread:
    """Nearest-rank percentiles."""
    if not values_ms:
        return Spread()
    ordered = sorted(values_ms)

    def rank(share: float) -> float:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1)

    return Spread(rank(0.5), rank(0.95), round(ordered[-1], 1))


@dataclass(slots=True)
class RecordingFound:
    path: str = ""
    seconds: float = 0.0
    video_frames: int = 0
    audio_seconds: float = 0.0
    chapters: int = 0
    gaps: int = 0


@dataclass(slots=True)
class Report:
    """`problems` are sentences; `ok` is that there are none."""

    rooms: int
    seconds: float
    beside: int = 0  # rooms more, which only counted
    rooms_receiving: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    join_ms: Spread = field(default_factory=Spread)
    floor_change_ms: Spread = field(default_factory=Spread)
    floor_changes_seen: int = 0
    leaked_packets_in_closed_item: int = 0
    faults: list[FaultFound] = field(default_factory=list)
    packets_lost_beside_faults: int = 0  # by rooms that had none, while others had
    recording: RecordingFound = field(default_factory=RecordingFound)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)

    def expect_faults(self, found: list[FaultFound]) -> None:
        self.faults = found
        for one in found:
            self.problems += one.problems()

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ok": self.ok}

    def as_table(self) -> Table:
        table = Table(
            "Rehearsal",
            "",
            title=f"{self.rooms} rooms" + (f", {self.beside} beside" if self.beside else ""),
            show_header=False,
        )
        table.add_row("Rooms that received", f"{self.rooms_receiving} of {self.rooms}")
        table.add_row("Packets received / lost", f"{self.packets_received:,} / {self.packets_lost:,}")
        table.add_row("From start to first picture", _words(self.join_ms))
        table.add_row("From the click to the new picture", _words(self.floor_change_ms))
        table.add_row("Packets leaked in the closed item", str(self.leaked_packets_in_closed_item))
        for one in self.faults:
            table.add_row(one.where, one.words())
        if self.faults:
            table.add_row("Packets lost beside faults", str(self.packets_lost_beside_faults))
        found = self.recording
        table.add_row(
            "Recording",
            f"{found.seconds:.1f} s, {found.video_frames} pictures, {found.audio_seconds:.1f} s of sound",
        )
        table.add_row("Chapters / gaps", f"{found.chapters} / {found.gaps}")
        table.add_row("File", found.path or "none")
        for problem in self.problems:
            table.add_row("[red]✗[/]", f"[red]{problem}[/]")
        table.add_row(
            "[bold]Result[/]", "[bold green]✓ all of it held[/]" if self.ok else "[bold red]✗ not all held[/]"
        )
        return table


def _words(found: Spread) -> str:
    if found.p50 is None:
        return "not seen"
    return f"p50 {found.p50:.0f} ms · p95 {found.p95:.0f} ms · max {found.max:.0f} ms"
