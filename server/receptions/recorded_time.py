"""Where moments of the clock lie in the playable file, as the recording's manifest says.

The file is all recorded stretches one after another: what was not recorded (a closed item, a restart) takes no
time in it. The player shows such a place as a seam, with how long it was and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from aiohttp import web

from recordings.chapters import Run, runs_of
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
}
NOT_RECORDED = N_("not recorded")


@dataclass(frozen=True, slots=True)
class Seam:
    """At this second of the file nothing was recorded for `missing_s` seconds. `reason`: the manifest's word."""

    at_s: float
    missing_s: float
    reason: str


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
    runs = runs_of(manifest.segments)
    whole_gaps = [gap for gap in manifest.gaps if gap.track == "all"]
    seams = []
    for before, after in pairwise(runs):
        from_, to = before.started_at + before.seconds, after.started_at
        reasons = [gap.reason for gap in whole_gaps if gap.from_ < to and gap.to > from_]
        seams.append(Seam(after.offset_s, round(max(0.0, to - from_), 3), reasons[0] if reasons else ""))
    return RecordedTime(runs, tuple(seams))
