"""`tiepdan recordings fetch`: a whole recording back from the archive, compared with what was sealed. And
`try-archive`: whether the archive does what is asked of it, before the first recording is old enough."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from recordings.archive.address import Access
from recordings.archive.fetching import fetch_recording
from recordings.archive.note import is_inside
from recordings.archive.opening import open_archive
from recordings.archive.troubles import ArchiveFailed
from server.commands.context import console, errors, fail, load_settings


def fetch(
    name: Annotated[str, typer.Argument(help="name of the recording's folder, as in the data directory")],
    to: Annotated[Path, typer.Option(help="directory for the recording's folder")] = Path("."),
) -> None:
    """Fetch a recording from the archive, for instance to verify it or to hand it over. Needs no database.

    Each file is compared with the manifest; begun anew, it goes on where it was stopped. Nothing changes in the
    archive. `tiepdan recordings verify` then checks the folder as any other.
    """
    access = _access()
    if not is_inside(name) or Path(name).name != name:
        raise fail(f"came {escape(name)!r}; allowed is the name of a recording's folder, without a path", 2)
    try:
        with Progress(
            "{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=errors, transient=True, disable=not errors.is_terminal,
        ) as progress:  # fmt: skip
            task = progress.add_task(escape(name), total=None)
            folder = fetch_recording(
                open_archive(access), name, to,
                lambda total: progress.update(task, total=total), lambda count: progress.advance(task, count),
            )  # fmt: skip
    except (OSError, ValidationError) as problem:
        raise fail(f"{escape(name)} was not fetched: {escape(str(problem))}") from None
    console.print(
        f"[green]✓[/] {escape(str(folder))}; now: tiepdan recordings verify {escape(str(folder))}", soft_wrap=True
    )


def try_archive() -> None:
    """Write a small file into the archive, read it back, and remove it. Says in words what is wrong."""
    access = _access()
    sent, name = secrets.token_bytes(1024), f"tiepdan-trial/{secrets.token_hex(8)}"
    try:
        archive = open_archive(access)
        archive.put(name, iter((sent,)))
        came = b"".join(archive.blocks(name))
        archive.remove(name)
    except ArchiveFailed as failed:
        raise fail(f"{escape(str(failed))}.") from None
    if came != sent:
        raise fail("The archive gives back other bytes than were sent.")
    console.print("[green]✓[/] The archive takes files, gives them back as they were, and removes them.")


def _access() -> Access:
    access = load_settings().archive_access
    if access is None:
        raise fail("There is no archive: TIEPDAN_ARCHIVE is empty.")
    return access
