"""What every command needs: the settings, today on the province's clock, and words for errors."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError
from rich.console import Console

from server import settings as settings_module
from server.settings import Settings

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
