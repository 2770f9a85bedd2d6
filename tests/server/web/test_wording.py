"""Refusals in words: for people only, in both languages, and with the HTTP statuses PROTOCOL.md names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import signaling
from server.web.wording import SENTENCES, STATUS, WITH_NUMBER, sentence, status
from signaling.refusals import Refusal, RefusalCode

PROTOCOL = (Path(signaling.__file__).parent / "PROTOCOL.md").read_text("utf-8")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", list(RefusalCode))
def test_a_sentence_is_for_people_and_carries_no_words_of_programs(code: RefusalCode, language: str) -> None:
    said = sentence(Refusal(code=code, came="take_over", allowed="confirm=true"), language)
    assert said == sentence(Refusal(code=code), language)
    assert said.endswith((".", "!"))
    assert not re.search(r"take_over|confirm=|%\(|Cho phép:|Allowed:|Came:|_", said)


@pytest.mark.parametrize("code", list(WITH_NUMBER))
def test_a_limit_that_matters_is_woven_in(code: RefusalCode) -> None:
    for language in ("vi", "en"):
        refusal = Refusal(code=code, came="61", allowed="60")
        said = sentence(refusal, language)
        assert "60" in said
        assert "61" not in said
        assert said != sentence(Refusal(code=code), language)


def test_every_code_has_a_sentence_of_its_own_in_vietnamese() -> None:
    said = {code: sentence(Refusal(code=code), "vi") for code in RefusalCode}
    assert set(SENTENCES) == set(RefusalCode)
    assert len(set(said.values())) == len(said)
    assert all(said[code] != SENTENCES[code] for code in RefusalCode)


def test_the_statuses_are_those_of_the_protocol() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.+?) \|$", PROTOCOL, re.MULTILINE)
    documented = {code: int(number) for number, codes in rows for code in re.findall(r"`([a-z_]+)`", codes)}
    assert documented == {code.value: number for code, number in STATUS.items()}
    other = [int(number) for number, codes in rows if codes.startswith("every other")]
    assert other == [409]
    assert {status(code) for code in RefusalCode if code not in STATUS} == {409}
