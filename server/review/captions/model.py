"""The speech model an operator provides: a directory with a transducer as sherpa-onnx reads it.

    encoder*.onnx  decoder*.onnx  joiner*.onnx  tokens.txt

Such as `sherpa-onnx-zipformer-vi-int8-2025-04-20`, unpacked. Of two that differ in their numbers only
(`encoder.onnx` and `encoder.int8.onnx`) the smaller is taken: it is as good, and half the work. This module loads
nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

PARTS = ("encoder", "decoder", "joiner")
TOKENS = "tokens.txt"
BLANK = "<blk>"
_MOST_TOKENS = 10_000_000  # bytes; a list of a hundred thousand has three
_CAME = "came {came}; allowed is a directory with encoder*.onnx, decoder*.onnx, joiner*.onnx and tokens.txt"


class ModelUnusable(ValueError):
    """The text says what came and what is allowed."""


@dataclass(frozen=True, slots=True)
class Model:
    encoder: Path
    decoder: Path
    joiner: Path
    tokens: Path
    identity: str
    """Another one once any of its files is another: what was recognised with it is then done again."""


def find_model(directory: Path) -> Model:
    """Raises ModelUnusable. Whether the files are what they are called is known when they are loaded."""
    if not directory.is_dir():
        raise ModelUnusable(_CAME.format(came=f"{str(directory)!r}, which is no directory"))
    found = {part: _smallest(directory.glob(f"{part}*.onnx")) for part in PARTS}
    lacking = [f"{part}*.onnx" for part, path in found.items() if path is None]
    tokens = directory / TOKENS
    if not tokens.is_file():
        lacking.append(TOKENS)
    if lacking:
        raise ModelUnusable(_CAME.format(came=f"{str(directory)!r} without {', '.join(lacking)}"))
    encoder, decoder, joiner = (path for path in found.values() if path is not None)
    _check_tokens(tokens)
    files = (encoder, decoder, joiner, tokens)
    said = "|".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files)
    return Model(encoder, decoder, joiner, tokens, sha256(said.encode()).hexdigest()[:32])


def is_installed() -> bool:
    return find_spec("sherpa_onnx") is not None


def _smallest(paths: Iterator[Path]) -> Path | None:
    return min((path for path in paths if path.is_file()), key=lambda path: path.stat().st_size, default=None)


def _check_tokens(path: Path) -> None:
    """One token and its number a line, and the blank among them. A list that is none would end the library's
    process without a word."""
    wrong = ModelUnusable(
        f"came {str(path)!r}, which is no list of tokens; allowed is one token and its number a line"
    )
    if path.stat().st_size > _MOST_TOKENS:
        raise wrong
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise wrong from None
    parts = [line.rsplit(maxsplit=1) for line in lines if line.strip()]
    if not parts or any(not each[-1].isdecimal() for each in parts):
        raise wrong
    if BLANK not in {each[0] for each in parts}:
        raise ModelUnusable(f"came {str(path)!r} without {BLANK}; allowed is the list that belongs to the model")
