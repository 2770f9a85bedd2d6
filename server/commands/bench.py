"""`tiepdan bench`: what this machine carries, measured; `--peer`: side by side with Janus; `--lines`: what a room
sees and hears behind bad lines; `--store`: how quickly pages answer with ten years in the database."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from server.bench.hall import MOST_ROOMS
from server.bench.line.asked import ProcessGone
from server.bench.line.namespaces import NamespacesMissing
from server.bench.line.presets import PRESETS
from server.bench.line.run import RoomReceivesNothing, measure_lines
from server.bench.load import LoadFailed
from server.bench.peer.comparison import CannotCompare, Comparison
from server.bench.run import Bench, ScenarioName
from server.bench.store.asking import AnswerRefused
from server.bench.store.run import measure_store
from server.commands.context import console, errors, fail, load_settings, run_alone, today
from server.server_process import ServerNotReady


class Found(Protocol):
    """What a run of either kind found."""

    @property
    def ok(self) -> bool: ...

    def as_table(self) -> Table: ...

    def as_json(self) -> dict[str, object]: ...


def bench(
    rooms: Annotated[int, typer.Option(min=1, max=MOST_ROOMS, help="how many rooms receive")] = 177,
    seconds: Annotated[float, typer.Option(min=2, max=3600, help="how long each figure is measured")] = 20,
    only: Annotated[list[ScenarioName] | None, typer.Option(help="only this; may be given several times")] = None,
    processes: Annotated[int, typer.Option(min=0, max=16, help="of the load generator; 0: by itself")] = 0,
    peer: Annotated[bool, typer.Option("--peer", help="side by side with Janus instead (needs root)")] = False,
    rounds: Annotated[int, typer.Option(min=1, max=20, help="of --peer: how often each is measured")] = 3,
    receivers: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, resolve_path=True, help="of --peer: a program that receives"),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="one room behind bad lines instead (needs root)")] = False,
    line: Annotated[
        list[str] | None,
        typer.Option(help=f"of --lines: only this; may be given several times: {', '.join(PRESETS)}"),
    ] = None,
    store: Annotated[bool, typer.Option("--store", help="the register of ten years instead")] = False,
    petitions: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="of --store: how many")] = 100_000,
    report: Annotated[Path | None, typer.Option("--json", help="write the figures as JSON, too")] = None,
) -> None:
    """Measure this machine on a throw-away data directory: exit code 0 unless something broke."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = load_settings()
    for name in line or ():
        if name not in PRESETS:
            raise fail(f"There is no line {name!r}; there are: {', '.join(PRESETS)}.", 2)
    if report is not None and not report.absolute().parent.is_dir():
        raise fail(f"There is no directory {report.parent} to write the figures into.", 2)

    async def run() -> Found:
        with Progress(
            BarColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=errors, transient=True
        ) as bar:
            task = bar.add_task("", total=None)
            step: Callable[[str], None] = lambda words: bar.update(task, description=words)  # noqa: E731
            if lines or line:
                return await measure_lines([PRESETS[name] for name in line or PRESETS], step)
            if store:
                return await measure_store(settings, petitions, today(), step)
            if peer:
                return await Comparison(settings, rooms, seconds, rounds, receivers, today(), step).run()
            return await Bench(settings, rooms, seconds, processes, only or (), today(), step).run()

    try:
        found = run_alone(run())
    except (ServerNotReady, LoadFailed, CannotCompare, ProcessGone, RoomReceivesNothing, AnswerRefused) as problem:
        raise fail(str(problem)) from None
    except NamespacesMissing as reason:
        raise fail(f"Lines cannot be measured here: {reason}.", 3) from None
    console.print(found.as_table())
    if report is not None:
        report.write_text(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    raise typer.Exit(0 if found.ok else 1)
