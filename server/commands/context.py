"""What every command needs: the settings, today on the province's clock, and words for errors."""

from __future__ import annotations

import signal
from collections.abc import Coroutine
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console

from server import settings as settings_module
from server.settings import Settings

R = TypeVar("R")
PROVINCE_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def today() -> date:
    return datetime.now(PROVINCE_ZONE).date()


def fail(sentence: str, code: int = 1) -> typer.Exit:
    """Say why and end: `raise fail("…")`."""
    errors.print(f"[bold red]✗[/] {sentence}")
    return typer.Exit(code)


def load_settings() -> Settings:
    """The settings, or a sentence for each wrong one."""
    try:
        return settings_module.load()
    except ValidationError as wrong:
        lines = settings_module.sentences(wrong)
        raise fail("These settings are wrong:\n  " + "\n  ".join(lines), 2) from None
    except FileNotFoundError as missing:
        raise fail(str(missing), 2) from None


def run_alone(work: Coroutine[Any, Any, R]) -> R:
    """Run `work`, which starts a server, a directory or network namespaces of its own. SIGTERM ends it as Ctrl-C
    does, so that all of that goes with it. In the main thread only."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is born deaf to it
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return uvloop.run(work)
