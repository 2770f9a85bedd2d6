"""`tiepdan rehearse`: the whole story from one command, checked."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from room_client.fault_injection.faults import Fault
from server.commands.context import console, errors, fail, load_settings, run_alone, today
from server.rehearsal.faults import faults_of
from server.rehearsal.report import Report
from server.rehearsal.story import SPEAKERS, STEPS, Rehearsal
from server.server_process import ServerNotReady
from server.settings import Settings


def rehearse(
    rooms: Annotated[int, typer.Option(min=2, max=177, help="how many rooms take part")] = 20,
    beside: Annotated[int, typer.Option(min=0, max=600, help="how many more only join, and count packets")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help=f"let a room misbehave: {', '.join(Fault)}, or all; =ROOMS for more of them; repeatable"
        ),
    ] = None,
    faults_last: Annotated[float, typer.Option(min=1, max=600, help="how long the faults last, in seconds")] = 12,
    seconds: Annotated[float, typer.Option(min=5, max=36_000, help="how long the three items take")] = 20,
    report: Annotated[Path | None, typer.Option(help="write the result as JSON, too")] = None,
) -> None:
    """Rehearse a reception on a throw-away data directory: exit code 0 only if all of it held."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    try:
        faults = faults_of(fault or ())
        if len(faults) > rooms - SPEAKERS:
            raise ValueError(f"came {len(faults)} for {rooms} rooms; two have to be left to speak")
    except ValueError as problem:
        raise fail(f"--fault: {problem}.", 2) from None
    if report is not None and not report.absolute().parent.is_dir():
        raise fail(f"There is no directory {report.parent} to write the report into.", 2)
    try:
        found = run_alone(_run(settings, Wishes(rooms, seconds, beside, faults, faults_last)))
    except ServerNotReady as problem:
        raise fail(str(problem)) from None
    console.print(found.as_table())
    if report is not None:
        report.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(0 if found.ok else 1)


@dataclass(frozen=True, slots=True)
class Wishes:
    rooms: int
    seconds: float
    beside: int
    faults: list[Fault]
    faults_last_s: float


async def _run(settings: Settings, wishes: Wishes) -> Report:
    with Progress(
        BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True
    ) as bar:
        task = bar.add_task("", total=STEPS + (2 if wishes.faults else 0))
        step = lambda words: bar.update(task, advance=1, description=words)  # noqa: E731
        return await Rehearsal(
            settings,
            wishes.rooms,
            wishes.seconds,
            today(),
            step,
            beside=wishes.beside,
            faults=wishes.faults,
            faults_last_s=wishes.faults_last_s,
        ).run()
