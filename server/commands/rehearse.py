"""`tiepdan rehearse`: the whole story from one command, checked."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from room_client.fault_injection.faults import Fault
from server.commands.context import console, errors, fail, load_settings, run_alone, today
from server.control_socket import control_socket
from server.demo.fill import rehearsed
from server.rehearsal.faults import Wished, faults_of
from server.rehearsal.real_rooms import RealRehearsal, RealReport
from server.rehearsal.report import Report
from server.rehearsal.story import SPEAKERS, STEPS, Rehearsal
from server.server_process import ServerNotReady
from server.settings import Settings
from server.web.wording import sentence
from signaling.refusals import Refused

_PLAYED = ("rooms", "beside", "fault", "faults_last", "seconds")  # options of a rehearsal that plays its rooms


def rehearse(
    context: typer.Context,
    rooms: Annotated[int, typer.Option(min=2, max=177, help="how many rooms take part")] = 20,
    beside: Annotated[int, typer.Option(min=0, max=600, help="how many more only join, and count packets")] = 0,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            help=f"let a room misbehave: {', '.join(Fault)}, or all; =NUMBER for more of them, "
            "=ROOM,ROOM for these (code or name); repeatable"
        ),
    ] = None,
    faults_last: Annotated[float, typer.Option(min=1, max=600, help="how long the faults last, in seconds")] = 12,
    seconds: Annotated[float, typer.Option(min=5, max=36_000, help="how long the three items take")] = 20,
    report: Annotated[Path | None, typer.Option(help="write the result as JSON, too")] = None,
    real: Annotated[
        bool, typer.Option("--real", help="with the rooms that are there, on the running server")
    ] = False,
    wait: Annotated[float, typer.Option(min=1, max=600, help="with --real: seconds for rooms to come")] = 45,
    yes: Annotated[bool, typer.Option("--yes", help="with --real: do not ask")] = False,
) -> None:
    """Rehearse a reception on a throw-away data directory, or with --real on the running server.

    Exit code 0 only if all of it held.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    if report is not None and not report.absolute().parent.is_dir():
        raise fail(f"There is no directory {report.parent} to write the report into.", 2)
    if real:
        _refuse_beside_real(context)
        _show(_with_real_rooms(settings, wait, yes), report)
    try:
        playing = rehearsed(rooms)
        faults = faults_of(fault or (), dict(list(playing.items())[SPEAKERS:]))
        if len(faults) > rooms - SPEAKERS:
            raise ValueError(f"came {len(faults)} for {rooms} rooms; two have to be left to speak")
    except ValueError as problem:
        raise fail(f"--fault: {problem}.", 2) from None
    try:
        found = run_alone(_run(settings, Wishes(rooms, seconds, beside, faults, faults_last)))
    except ServerNotReady as problem:
        raise fail(str(problem)) from None
    _show(found, report)


def _show(found: Report | RealReport, file: Path | None) -> NoReturn:
    console.print(found.as_table())
    if file is not None:
        file.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(0 if found.ok else 1)


def _refuse_beside_real(context: typer.Context) -> None:
    for name in _PLAYED:
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            raise fail(f"came --{name.replace('_', '-')} with --real; allowed are --wait, --yes and --report.", 2)


def _with_real_rooms(settings: Settings, wait_s: float, yes: bool) -> RealReport:
    asked = "The rooms that are there will be shown to each other, one after another, for 3 s each. Begin?"
    if not yes and not typer.confirm(asked, err=True):
        raise typer.Exit(1)

    async def run() -> RealReport:
        async with control_socket(settings.run_directory) as control:
            return await RealRehearsal(control, wait_s, lambda words: errors.print(f"  {words}")).run()

    try:
        return run_alone(run())
    except Refused as refused:
        raise fail(sentence(refused.refusal, settings.language)) from None
    except (OSError, TimeoutError):
        raise fail(f"No Tiepdan server answers in {settings.data}. Start it with: tiepdan serve", 3) from None


@dataclass(frozen=True, slots=True)
class Wishes:
    rooms: int
    seconds: float
    beside: int
    faults: list[Wished]
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
