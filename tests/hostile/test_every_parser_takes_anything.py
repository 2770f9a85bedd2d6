"""Whatever comes, a parser says what it documents, and soon. The kept corpus first, then anything, then damage."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.hostile.fuzzing import CORPUS, SETTINGS, damaged, keep, kept
from tests.hostile.parsers import PARSERS, WORK_S


def worked_s(parser: str, data: bytes) -> float:
    before_s = time.thread_time()
    PARSERS[parser].holds(data)
    return time.thread_time() - before_s


def take(parser: str, data: bytes) -> None:
    try:
        if worked_s(parser, data) >= WORK_S:  # a collection of all other tests' garbage may have come just then
            again_s = worked_s(parser, data)
            assert again_s < WORK_S, f"{again_s:.2f} s of work for {len(data)} bytes, and it is the second time"
    except BaseException:
        keep(parser, data)
        raise


def test_every_corpus_belongs_to_a_parser_and_every_parser_has_one() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(PARSERS)
    assert all(kept(parser) for parser in PARSERS)


@pytest.mark.parametrize(
    ("parser", "file"), [pytest.param(p, f, id=f"{p}/{f.name}") for p in PARSERS for f in kept(p)]
)
def test_the_kept_corpus(parser: str, file: object) -> None:
    take(parser, file.read_bytes())  # type: ignore[attr-defined]


@pytest.mark.parametrize("parser", PARSERS)
def test_anything_at_all(parser: str) -> None:
    @SETTINGS
    @given(st.one_of(st.binary(max_size=256), st.text(max_size=120).map(str.encode)))
    def holds(data: bytes) -> None:
        take(parser, data)

    holds()


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # hypothesis, of a long offer that failed
@pytest.mark.parametrize("parser", PARSERS)
def test_what_is_valid_damaged(parser: str) -> None:
    seeds = [file.read_bytes() for file in kept(parser)]

    @SETTINGS
    @given(damaged(seeds, PARSERS[parser].longest))
    def holds(data: bytes) -> None:
        take(parser, data)

    holds()
