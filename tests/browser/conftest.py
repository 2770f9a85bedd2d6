"""A province, a Chromium, and the people in front of it. What failed leaves photographs of every window."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncIterator, Generator
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium, running_chromium
from tests.scenarios.province import Province, running_province

FAILED = pytest.StashKey[bool]()
REQUIRED = "TIEPDAN_REQUIRE_CHROMIUM"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    # Python 3.11 loses count of an AST's depth when the collector runs code amid it (python/cpython#106905): one
    # test that failed in a browser then ended the whole run with "AST constructor recursion depth mismatch".
    gc.disable()
    try:
        report = yield
    finally:
        gc.enable()
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def executable() -> str:
    """Debian's Chromium. Without one there is nothing to test with; where it is required, that is a failure."""
    found = shutil.which("chromium")
    needs(found is not None, "no Chromium is installed here (Debian's package is called chromium)", REQUIRED)
    return found or ""


def needs(found: bool, sentence: str, required: str) -> None:
    """Skip with the sentence, or fail with it where the variable `required` forbids to do without."""
    if found:
        return
    if os.environ.get(required):
        pytest.fail(f"{sentence}, and {required} forbids to do without")
    pytest.skip(sentence)


@pytest.fixture
async def province(executable: str, tmp_path: Path) -> AsyncIterator[Province]:
    async with running_province(tmp_path) as running:
        yield running


@pytest.fixture
async def chromium(executable: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Chromium]:
    """On a computer with a camera and a microphone."""
    async with running_chromium(executable) as running:
        yield running
        await _look_back(running, request, tmp_path)


@pytest.fixture
async def bare_chromium(
    executable: str, request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Chromium]:
    """On a computer that has neither."""
    async with running_chromium(executable, devices=False) as running:
        yield running
        await _look_back(running, request, tmp_path)


async def _look_back(chromium: Chromium, request: pytest.FixtureRequest, directory: Path) -> None:
    if request.node.stash.get(FAILED, False):
        await chromium.photograph(directory)
    assert chromium.faults == [], "scripts of a page failed"
