"""Where moments of the clock lie in the playable file, as the recording's manifest says.

The file is all recorded stretches one after another: what was not recorded (a closed item, a restart) takes no
time in it. The player shows such a place as a seam, with how long it was and why.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf, isfinite
from pathlib import Path

from aiohttp import web

from recordings.chapters import SEAM_S, Run, runs_of
from recordings.manifest import Manifest
from recordings.store import Folder, UnreadableManifest
from server.receptions.queries import FloorSpan
from server.web.languages import N_

RECORDINGS_DIRECTORY = web.AppKey("RECORDINGS_DIRECTORY", Path)
"""Given by the composition root: `Settings.recordings_directory`."""

SEAM_WORDS = {
    "closed item": N_("closed item, not recorded"),
    "no_media": N_("nothing was on the stage"),
    "media_restarted": N_("picture and sound were restarted"),
    "recorder_restarted": N_("the recorder was restarted"),
    "write_failed": N_("the recording could not be written"),
    "segment_unreadable": N_("the recording of this time is damaged"),
}
NOT_RECORDED = N_("not recorded")
PICTURE = "video"  # the manifest's word for the programme's picture; its other tracks are sounds
NO_PICTURE, SOUND_INCOMPLETE = N_("no picture"), N_("sound incomplete")
LOSS_WORDS = {
    (True, "packets_lost"): N_("no picture: packets were lost"),
    (True, "source_changed"): N_("no picture: another source began"),
    (True, "no_video"): N_("no picture: its source was interrupted"),
    (True, "queue_full"): N_("no picture: the recorder could not keep up"),
    (False, "packets_lost"): N_("sound incomplete: packets were lost"),
    (False, "queue_full"): N_("sound incomplete: the recorder could not keep up"),
}


@dataclass(frozen=True, slots=True)
class Seam:
    """At this second of the file nothing was recorded from one moment of the clock to another (epoch). `reason`:
    the manifest's word. Several may lie at one second."""

    at_s: float
    from_: float
    to: float
    reason: str

    @property
    def missing_s(self) -> float:
        return round(max(0.0, self.to - self.from_), 3)


@dataclass(frozen=True, slots=True)
class Loss:
    """Between these seconds of the file, which are those moments of the clock (epoch), one track is missing."""

    starts_s: float
    ends_s: float
    from_: float
    track: str
    reason: str

    @property
    def words(self) -> str:
        """A message id."""
        is_picture = self.track == PICTURE
        return LOSS_WORDS.get((is_picture, self.reason), NO_PICTURE if is_picture else SOUND_INCOMPLETE)


@dataclass(frozen=True, slots=True)
class FloorInFile:
    name: str
    short_name: str
    starts_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class RecordedTime:
    runs: tuple[Run, ...]
    seams: tuple[Seam, ...]
    losses: tuple[Loss, ...] = ()

    def spans(self, started_at: float, ended_at: float) -> list[tuple[float, float]]:
        """Seconds of the file between two moments (epoch); several where a seam lies between."""
        found = []
        for run in self.runs:
            starts = max(started_at, run.started_at)
            ends = min(ended_at, run.started_at + run.seconds)
            if ends > starts:
                offset = run.offset_s - run.started_at
                found.append((round(starts + offset, 3), round(ends + offset, 3)))
        return found

    def floor(self, grants: list[FloorSpan]) -> list[FloorInFile]:
        end = self.runs[-1].started_at + self.runs[-1].seconds if self.runs else 0.0
        return [
            FloorInFile(grant.room_name, grant.short_name, starts, ends)
            for grant in grants
            for starts, ends in self.spans(
                grant.given_at.timestamp(), grant.ended_at.timestamp() if grant.ended_at else end
            )
        ]


def read_recorded_time(folder: Path) -> RecordedTime | None:
    """None where the manifest is missing or damaged: the player then shows no floor and no seams."""
    try:
        manifest = Folder(folder).load()
    except (UnreadableManifest, OSError):
        return None
    if manifest is None:
        return None
    runs = runs_of(manifest.readable)
    whole = RecordedTime(runs, tuple(_seams(manifest, runs)))
    return replace(whole, losses=tuple(_losses(manifest, whole)))


def _losses(manifest: Manifest, recorded: RecordedTime) -> Iterator[Loss]:
    """In the order of the file. What no eye or ear notices (`SEAM_S`) is left to the manifest."""
    for gap in sorted(manifest.gaps, key=lambda gap: gap.from_):
        if gap.track == "all":
            continue
        for run in recorded.runs:
            from_ = max(gap.from_, run.started_at)
            to = min(gap.to, run.started_at + run.seconds)
            if to - from_ >= SEAM_S:
                starts_s = from_ - run.started_at + run.offset_s
                yield Loss(round(starts_s, 3), round(starts_s + to - from_, 3), from_, gap.track, gap.reason)


def _seams(manifest: Manifest, runs: Sequence[Run]) -> Iterator[Seam]:
    """Every time that no run holds: what the manifest gives a reason for, also before the first run and behind the
    last, and what is left of the holes between two."""
    holes = [(before.started_at + before.seconds, after.started_at) for before, after in pairwise(runs)]
    if runs:
        first, last = runs[0], runs[-1]
        holes = [(-inf, first.started_at), *holes, (last.started_at + last.seconds, inf)]
    gaps = sorted((gap for gap in manifest.gaps if gap.track == "all"), key=lambda gap: gap.from_)
    at_s = [run.offset_s for run in runs] + [last.offset_s + last.seconds] if runs else []
    for (from_, to), second in zip(holes, at_s, strict=True):
        told = from_
        for gap in gaps:
            starts, ends = max(gap.from_, told), min(gap.to, to)
            if ends - starts < SEAM_S:
                continue
            if isfinite(told) and starts - told >= SEAM_S:
                yield Seam(second, told, starts, "")
            yield Seam(second, starts, ends, gap.reason)
            told = ends
        if isfinite(told) and isfinite(to) and (to - told >= SEAM_S or told == from_):
            yield Seam(second, told, to, "")
