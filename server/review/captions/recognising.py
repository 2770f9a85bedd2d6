"""Speech to words by sherpa-onnx (next-gen Kaldi; the extra `tiepdan[captions]`). Only the worker imports this.

Chosen because it takes no Internet, brings its own ONNX runtime and nothing else, has Vietnamese transducers that
are several times faster than real time on one core, and because a transducer says nothing where nothing is said,
while Whisper models make up sentences.
"""

from __future__ import annotations

from typing import Any

from server.review.captions.cutting import RATE, Piece
from server.review.captions.model import Model
from server.review.captions.rules import Cue

_BEFORE_S, _AFTER_S = 0.15, 0.6  # a token's time is where it is heard, not where the mouth opens and closes
_WORD = "▁"  # as SentencePiece marks the beginning of one


class Recogniser:
    def __init__(self, model: Model) -> None:
        """Raises ImportError where the extra is not installed, RuntimeError for files that are no model; some of
        these end the process instead."""
        import sherpa_onnx

        library: Any = sherpa_onnx  # it has no types
        self._recogniser = library.OfflineRecognizer.from_transducer(
            encoder=str(model.encoder),
            decoder=str(model.decoder),
            joiner=str(model.joiner),
            tokens=str(model.tokens),
            num_threads=1,
            sample_rate=RATE,
            feature_dim=80,
            decoding_method="greedy_search",
            provider="cpu",
        )

    def hear(self, piece: Piece) -> Cue | None:
        """None: nothing was said."""
        if piece.is_quiet:
            return None
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE, piece.samples)
        self._recogniser.decode_stream(stream)
        words = " ".join(stream.result.text.replace(_WORD, " ").split())
        if not words:
            return None
        times = list(stream.result.timestamps) or [0.0]
        starts, ends = piece.starts / RATE, piece.ends / RATE
        return Cue(
            round(max(starts, starts + times[0] - _BEFORE_S), 3),
            round(min(ends, starts + times[-1] + _AFTER_S), 3),
            _as_a_sentence(words),
        )


def _as_a_sentence(words: str) -> str:
    """Models that know capitals only shout; others have their own."""
    return words.lower() if words.isupper() else words
