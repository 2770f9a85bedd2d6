"""The captions of one recording as a process of its own: `python -m server.review.captions.worker`, the work as
JSON on stdin. On stdout it says how far it is, one share of 1 a line.

Each piece that was heard is a line of a file beside the target. Killed at any moment it goes on behind the last
line that is whole: four hours need not be quiet in one go.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from pydantic import ValidationError

from recordings.archive.fetching import all_at_hand
from server.review.aside import NICENESS
from server.review.captions.cutting import RATE, Cutter, Piece, Samples
from server.review.captions.model import ModelUnusable, find_model
from server.review.captions.recognising import Recogniser
from server.review.captions.work import CaptionWork, Heard

_SEEK_EARLY_S = 2.0  # a decoder of Opus needs some packets before it is right


def do(work: CaptionWork) -> None:
    """Raises ModelUnusable, ImportError, RuntimeError, OSError, av.error.FFmpegError."""
    recogniser = Recogniser(find_model(work.model))
    work.target.parent.mkdir(parents=True, exist_ok=True)
    part = work.target.with_name(f"part-{work.target.name}")
    done_s = _done(part)
    with (
        all_at_hand([work.source], work.archive, work.target.parent, lambda _count: None) as (source,),
        part.open("a", encoding="utf-8") as out,
    ):
        for piece in _pieces(source, done_s, work.left_out):
            cue = recogniser.hear(piece)
            said = {} if cue is None else {"starts_s": cue.starts_s, "ends_s": cue.ends_s, "words": cue.words}
            out.write(Heard(until=piece.ends / RATE, **said).model_dump_json() + "\n")
            out.flush()
            print(f"{min(1.0, piece.ends / RATE / max(1.0, work.seconds)):.3f}", flush=True)
    part.rename(work.target)


def _done(part: Path) -> float:
    """Up to where it was done; what is behind the last whole line is cut off."""
    lines = part.read_bytes().split(b"\n")[:-1] if part.is_file() else []
    whole, until = b"", 0.0
    for line in lines:
        try:
            until = Heard.model_validate_json(line).until
        except ValidationError:
            break
        whole += line + b"\n"
    part.write_bytes(whole)
    return until


def _pieces(source: Path, since_s: float, left_out: tuple[tuple[float, float], ...]) -> Iterator[Piece]:
    cutter = Cutter(round(since_s * RATE))
    for samples in _sound(source, since_s, left_out):
        yield from cutter.feed(samples)
    yield from cutter.finish()


def _sound(source: Path, since_s: float, left_out: tuple[tuple[float, float], ...]) -> Iterator[Samples]:
    """From this second on, without a hole: silence where there is none, and where it is left out."""
    at = round(since_s * RATE)
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    with av.open(str(source)) as opened:
        if not opened.streams.audio:
            return
        if since_s > _SEEK_EARLY_S:
            opened.seek(round((since_s - _SEEK_EARLY_S) * 1e6), backward=True)
        for frame in opened.decode(opened.streams.audio[0]):
            for made in resampler.resample(frame):
                starts = round((made.time or 0.0) * RATE)
                samples: Samples = made.to_ndarray().reshape(-1).astype(np.float32)
                if starts > at:
                    yield np.zeros(starts - at, np.float32)
                    at = starts
                samples = samples[max(0, at - starts) :]
                if len(samples):
                    yield _without(samples, at, left_out)
                    at += len(samples)


def _without(samples: Samples, at: int, left_out: tuple[tuple[float, float], ...]) -> Samples:
    kept = samples.copy()
    for starts, ends in left_out:
        first, after = (min(len(kept), max(0, round(second * RATE) - at)) for second in (starts, ends))
        kept[first:after] = 0.0
    return kept


def main() -> int:
    os.nice(NICENESS)
    try:
        do(CaptionWork.model_validate_json(sys.stdin.buffer.read()))
    except (ModelUnusable, ImportError, RuntimeError, OSError) as problem:
        print(f"no captions were made: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
