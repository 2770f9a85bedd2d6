"""From sound to captions: pieces, a model that is none, the real library on a model of three words."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from server.review.captions.cutting import BLOCK, LEAST_S, MOST_S, RATE, Cutter, Piece, Samples
from server.review.captions.model import ModelUnusable, find_model
from server.review.captions.rules import Cue, all_words, as_webvtt, readable
from server.review.captions.work import CaptionWork, Heard
from server.review.captions.worker import do
from server.settings import Settings
from tests.server.review.film import write_film
from tests.server.review.speech_model import TONES_HZ, WORDS, write_model

pytestmark = pytest.mark.timeout(300)


def spoken(*when: tuple[float, int]) -> Callable[[float], float]:
    """The tone of a word for half a second, at these seconds."""
    return lambda second: next((TONES_HZ[word] for at, word in when if at <= second < at + 0.5), 0.0)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    said = spoken((1.0, 0), (1.8, 1), (6.0, 2), (11.0, 0), (16.0, 1))
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", 19, said)


def _work(film: Path, model: Path, to: Path, left_out: tuple[tuple[float, float], ...] = ()) -> CaptionWork:
    return CaptionWork(source=film, target=to / "captions.jsonl", model=model, seconds=19.0, left_out=left_out)


def _heard(path: Path) -> list[tuple[float, str]]:
    lines = [Heard.model_validate_json(line) for line in path.read_bytes().splitlines()]
    assert [line.until for line in lines] == sorted(line.until for line in lines)
    return [(line.starts_s, line.words) for line in lines if line.words]


# --- sound -------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 4 * RATE), st.booleans()), max_size=8), st.integers(0, 10 * RATE))
def test_no_sample_is_lost_and_no_piece_is_too_long(parts: list[tuple[int, bool]], starts: int) -> None:
    cutter, given_, pieces = Cutter(starts), [], list[Piece]()
    for count, loud in parts:
        sound: Samples = np.full(count, 0.5 if loud else 0.0, np.float32)
        given_.append(sound)
        pieces += cutter.feed(sound)
    pieces += cutter.finish()
    at = starts
    for piece in pieces:
        assert piece.starts == at
        at = piece.ends
        assert len(piece.samples) <= MOST_S * RATE + BLOCK
    whole = np.concatenate(given_) if given_ else np.zeros(0, np.float32)
    assert np.array_equal(np.concatenate([p.samples for p in pieces] or [whole]), whole)


def test_a_piece_ends_in_a_pause_where_there_is_one() -> None:
    loud, quiet = np.full(3 * RATE, 0.5, np.float32), np.zeros(RATE, np.float32)
    first, *_rest = Cutter().feed(np.concatenate([loud, quiet, loud]))
    assert 3 * RATE <= first.ends <= 4 * RATE
    assert not first.is_quiet
    endless = next(Cutter().feed(np.full(30 * RATE, 0.5, np.float32)))
    assert LEAST_S * RATE <= len(endless.samples) <= MOST_S * RATE


def test_of_silence_nothing_is_asked() -> None:
    assert Piece(0, np.full(RATE, 0.001, np.float32)).is_quiet


# --- the model ---------------------------------------------------------------------------------------


def test_of_two_encoders_the_smaller_is_taken(model: Path, tmp_path: Path) -> None:
    copy = write_model(tmp_path / "model")
    (copy / "encoder.int8.onnx").write_bytes(b"x")
    assert find_model(copy).encoder.name == "encoder.int8.onnx"
    assert find_model(copy).identity != find_model(model).identity


def test_a_directory_that_holds_no_model_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="which is no directory; allowed is a directory with encoder"):
        find_model(tmp_path / "nothing")
    with pytest.raises(
        ModelUnusable, match=r"without encoder\*\.onnx, decoder\*\.onnx, joiner\*\.onnx, tokens\.txt"
    ):
        find_model(tmp_path)
    directory = write_model(tmp_path / "model")
    (directory / "joiner-epoch-1.onnx").unlink()
    with pytest.raises(ModelUnusable, match=r"without joiner\*\.onnx;"):
        find_model(directory)


@pytest.mark.parametrize("tokens", [b"", b"\xff\xfe", b"one two three\n", b"a\nb\n", b"a 0\nb 1\n"])
def test_a_list_of_tokens_that_is_none_is_refused(tmp_path: Path, tokens: bytes) -> None:
    directory = write_model(tmp_path / "model")
    (directory / "tokens.txt").write_bytes(tokens)
    with pytest.raises(ModelUnusable, match=r"tokens\.txt"):
        find_model(directory)


def test_a_wrong_directory_ends_the_start_with_the_name_of_the_setting(tmp_path: Path, model: Path) -> None:
    with pytest.raises(ValidationError, match="captions_model"):
        Settings(data=tmp_path, captions_model=str(tmp_path / "nothing"))
    assert Settings(data=tmp_path, captions_model=str(model)).captions_directory == model
    assert Settings(data=tmp_path).captions_directory is None


# --- the worker --------------------------------------------------------------------------------------


def test_what_is_said_is_heard_at_its_second(film: Path, model: Path, tmp_path: Path) -> None:
    do(_work(film, model, tmp_path))
    heard = _heard(tmp_path / "captions.jsonl")
    assert [words for _second, words in heard] == [f"{WORDS[0]} {WORDS[1]}", WORDS[2], WORDS[0], WORDS[1]]
    assert [second for second, _words in heard] == pytest.approx([1.0, 6.0, 11.0, 16.0], abs=0.3)
    assert not (tmp_path / "part-captions.jsonl").exists()


def test_of_what_is_left_out_no_word_is_made(film: Path, model: Path, tmp_path: Path) -> None:
    do(_work(film, model, tmp_path, ((5.0, 12.0),)))
    assert [words for _second, words in _heard(tmp_path / "captions.jsonl")] == [
        f"{WORDS[0]} {WORDS[1]}", WORDS[1],
    ]  # fmt: skip


@pytest.mark.parametrize("broken", [b"", b'{"until": 12', b"no line\n"])
def test_it_goes_on_where_it_was_ended(film: Path, model: Path, tmp_path: Path, broken: bytes) -> None:
    do(_work(film, model, tmp_path / "whole"))
    whole = (tmp_path / "whole" / "captions.jsonl").read_bytes().splitlines(keepends=True)
    begun = next(n for n, line in enumerate(whole) if Heard.model_validate_json(line).until > 7) + 1
    marked = [Heard.model_validate_json(line) for line in whole[:begun]]
    kept = b"".join(line.model_copy(update={"words": "giữ"}).model_dump_json().encode() + b"\n" for line in marked)
    (tmp_path / "part-captions.jsonl").write_bytes(kept + broken)
    do(_work(film, model, tmp_path))
    heard = _heard(tmp_path / "captions.jsonl")
    assert [words for _second, words in heard] == ["giữ"] * begun + [WORDS[0], WORDS[1]]
    assert [second for second, _words in heard[begun:]] == pytest.approx([11.0, 16.0], abs=0.3)


@pytest.mark.parametrize("part", ["encoder", "decoder", "joiner"])
def test_a_file_that_is_no_model_ends_the_worker_and_leaves_nothing(film: Path, tmp_path: Path, part: str) -> None:
    directory = write_model(tmp_path / "model")
    (directory / f"{part}-epoch-1.onnx").write_bytes(os.urandom(2000))
    work = _work(film, directory, tmp_path)
    ended = subprocess.run(
        [sys.executable, "-m", "server.review.captions.worker"],
        input=work.model_dump_json().encode(), capture_output=True, timeout=280, check=False,
    )  # fmt: skip
    assert ended.returncode != 0
    assert not work.target.exists()


# --- what is told ------------------------------------------------------------------------------------


_cues = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0.1, 5)).map(lambda span: Cue(span[0], span[0] + span[1], "lời")),
    max_size=10,
)
_spans = st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 30)).map(lambda s: (s[0], s[0] + s[1])), max_size=4)


@given(_cues, _spans)
def test_no_caption_that_touches_what_is_withheld_is_read(
    cues: list[Cue], spans: list[tuple[float, float]]
) -> None:
    for cue in readable(cues, spans):
        assert all(cue.ends_s <= starts or ends <= cue.starts_s for starts, ends in spans)
    assert readable(cues, ()) == cues


def test_a_caption_is_no_markup_and_begins_no_other() -> None:
    told = as_webvtt([Cue(3661.5, 3663, "a --> b <i> & c")])
    assert told == "WEBVTT\n\n01:01:01.500 --> 01:01:03.000\na --&gt; b &lt;i&gt; &amp; c\n"


def test_each_word_is_kept_once_without_its_accents() -> None:
    assert all_words([Cue(0, 1, "Đất đai"), Cue(1, 2, "đất Ruộng")]) == " dai dat ruong "
