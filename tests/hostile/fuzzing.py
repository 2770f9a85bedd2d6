"""How hostile input is made: anything at all, and what is valid, damaged.

`TIEPDAN_FUZZ=long` tries a few hundred times as much, at random instead of repeatably, and keeps the smallest
input that failed as a new file of the corpus.
"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parents[1] / "corpus"
LONG = os.environ.get("TIEPDAN_FUZZ") == "long"
SETTINGS = settings(
    max_examples=20_000 if LONG else 150,
    derandomize=not LONG,
    database=None,
    deadline=None,  # work is measured as processor time, which a busy machine does not change
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
_EXTREMES = (
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\x00\x00",
    b"\xff\xff",
    b"\x00\x00\x00\x00",
    b"\xff" * 4,
)


def kept(parser: str) -> list[Path]:
    """The corpus of a parser: valid input, and whatever broke it once."""
    return sorted((CORPUS / parser).iterdir())


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes], longest: int) -> bytes:
    """A few edits to something valid: overwritten, inserted, removed, repeated, cut off, joined with another."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        piece = draw(st.one_of(st.sampled_from(_EXTREMES), st.binary(max_size=8), st.sampled_from(seeds)))
        width = draw(st.integers(0, 64))
        match draw(st.sampled_from(("overwrite", "insert", "remove", "repeat", "cut"))):
            case "overwrite":
                data[at : at + len(piece)] = piece
            case "insert":
                data[at:at] = piece
            case "remove":
                del data[at : at + width]
            case "repeat":
                data[at:at] = data[at : at + width] * draw(st.integers(1, 8))
            case "cut":
                del data[at:]
    return bytes(data[:longest])


def keep(parser: str, data: bytes) -> None:
    """Called with every input that failed; shrinking ends with the smallest, which stays."""
    if LONG:
        (CORPUS / parser / "found-by-fuzzing").write_bytes(data)
