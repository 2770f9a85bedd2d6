"""The office's questions to a large register, asked by HTTP of the real server, as one browser asks them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

import aiohttp

from server.demo.accounts import PASSWORD

_PAGE = {"Accept": "text/html"}
_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Question:
    """`form`: what is sent; without it a page is asked for."""

    name: str
    path: str
    form: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    name: str
    median_ms: float
    slowest_ms: float
    measured: int


class AnswerRefused(Exception):
    """The server gave another answer than it should; the message names the question and the status."""


def questions(petitions: int, complaint: int, denunciation: int, receptions: int, today: date) -> list[Question]:
    """The numbers are ids of records that are there, and how many there are."""
    pages = petitions // 50
    entered = {
        "kind": "reflection",
        "received_on": today.isoformat(),
        "channel": "post",
        "petitioner_name": "Nguyễn Văn An",
        "summary": "Phản ánh rác thải ven biển",
        "looked": "yes",  # at the probable earlier ones, which a list of its own is asked for
    }
    register = [
        ("register, first page", ""),
        ("register, a deep page", f"page={pages // 2}"),
        ("register, last page", f"page={pages}"),
        ("filter: complaints", "kind=complaint"),
        ("filter: reflections, a deep page", f"kind=reflection&page={pages // 4}"),
        ("filter: denunciations", "kind=denunciation"),
        ("filter: received", "status=received"),
        ("filter: filed", "status=filed"),
        ("filter: a district", "district=193"),
        ("filter: overdue", "deadline=overdue"),
        ("filter: due soon", "deadline=soon"),
        ("filter: complaints in settlement, overdue", "kind=complaint&status=in_settlement&deadline=overdue"),
        ("search: a common word", "q=đất"),
        ("search: two words, accented", "q=bồi+thường"),
        ("search: the same without diacritics", "q=boi+thuong"),
        ("search: a name", "q=Nguyễn+Thị+Bích+Liên"),
        ("search: a place", "q=phường+hà+khánh"),
        ("search: a code", "q=KN-0231"),
        ("search: nothing is found", "q=xylophon"),
        ("search: four letters, overdue", "q=duon&deadline=overdue"),
    ]
    return [
        Question("the start page", "/"),
        *(Question(name, f"/petitions?{query}") for name, query in register),
        Question("a petition", f"/petitions/{complaint}"),
        Question("a denunciation, noted in the log", f"/petitions/{denunciation}"),
        Question("entering a petition", "/petitions/new", entered),
        Question("receptions, first page", "/receptions"),
        Question("receptions, last page", f"/receptions?page={-(-receptions // 50)}"),
        Question("receptions that ended", "/receptions?state=ended"),
        Question("a reception", f"/receptions/{receptions // 2}"),
        *(Question(name, f"/figures{query}") for name, query in _reports(today)),
    ]


def _reports(today: date) -> list[tuple[str, str]]:
    """Of the last half-year that is over, beside the one a year before it."""
    year = today.year if today > date(today.year, 6, 14) else today.year - 1
    half = f"period=h1&year={year}"
    return [
        ("half-year: the figures at a glance", f"?{half}"),
        ("half-year: form 01/TCD", f"/form?form=01-tcd-01-2024&{half}"),
        ("half-year: form 02/TCD", f"/form?form=02-tcd-02-2021&{half}"),
        ("half-year: form 01/XLD", f"/form?form=01-xld-01-2024&{half}"),
        ("half-year: form 01/KQGQ", f"/form?form=01-kqgq-01-2024&{half}"),
        ("half-year: by place", f"/rows?by=place&{half}"),
        ("half-year: the visits behind a figure", f"/records?column=1&{half}"),
    ]


async def ask(
    address: str, asked: Sequence[Question], login: str, times: int, step: Callable[[str], None]
) -> list[Answered]:
    """Each question `times` times, one after the other, after once that does not count. Raises AnswerRefused."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=_PAGE) as browser:
        token = await _token(browser, f"{address}/login")
        person = {"csrf": token, "login": login, "password": PASSWORD}
        await _answer(browser, address, Question("login", "/login", person))
        token = await _token(browser, f"{address}/petitions")
        answered = []
        for question in asked:
            step(question.name)
            form = None if question.form is None else {**question.form, "csrf": token}
            complete = Question(question.name, question.path, form)
            took_ms = [await _answer(browser, address, complete) for _ in range(times + 1)][1:]
            answered.append(Answered(question.name, round(median(took_ms), 1), round(max(took_ms), 1), times))
        return answered


async def _token(browser: aiohttp.ClientSession, page: str) -> str:
    async with browser.get(page) as answer:
        found = _CSRF.search(await answer.text())
    if found is None:
        raise AnswerRefused(f"{page} has no form")
    return found[1]


async def _answer(browser: aiohttp.ClientSession, address: str, question: Question) -> float:
    """Milliseconds from the question to the last byte of the answer."""
    began = time.perf_counter()
    method, expected = ("GET", 200) if question.form is None else ("POST", 303)
    async with browser.request(
        method, f"{address}{question.path}", data=question.form, allow_redirects=False
    ) as answer:
        await answer.read()
        took_ms = (time.perf_counter() - began) * 1000
        if answer.status != expected:
            raise AnswerRefused(f"{question.name}: {answer.status} instead of {expected}")
    return took_ms
