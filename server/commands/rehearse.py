"""`tiepdan rehearse`: the whole story from one command, checked."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from server.commands.context import console, errors, fail, load_settings, run_alone, today
from server.rehearsal.report import Report
from server.rehearsal.story import STEPS, Rehearsal
from server.server_process import ServerNotReady
from server.settings import Settings


def rehearse(
    rooms: Annotated[int, typer.Option(min=2, max=177, help="how many rooms take part")] = 20,
    seconds: Annotated[float, typer.Option(min=5, max=36_000, help="how long the three items take")] = 20,
    report: Annotated[Path | None, typer.Option(help="write the result as JSON, too")] = None,
) -> None:
    """Rehearse a reception on a throw-away data directory: exit code 0 only if all of it held."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    if report is not None and not report.absolute().parent.is_dir():
        raise fail(f"There is no directory {report.parent} to write the report into.", 2)
    try:
        found = run_alone(_run(settings, rooms, seconds))
    except ServerNotReady as problem:
        raise fail(str(problem)) from None
    console.print(found.as_table())
    if report is not None:
        report.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(0 if found.ok else 1)


async def _run(settings: Settings, rooms: int, seconds: float) -> Report:
    with Progress(
        BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task("", total=STEPS)
        step = lambda words: bar.update(task, advance=1, description=words)  # noqa: E731
        return await Rehearsal(settings, rooms, seconds, today(), step).run()
