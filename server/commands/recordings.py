"""`tiepdan recordings`: the public keys, and whether a recording is what was sealed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from recordings.findings import State, exit_code
from recordings.keys import PUBLIC, KeysUnusable, PublicKeys, read_public_keys, rotate, signing_key
from recordings.stamping import AuthorityUnusable, read_authority
from recordings.verifying_folders import NothingToVerify, size_of, things_in, verify
from server.commands.archive import fetch, try_archive
from server.commands.clip import clip
from server.commands.context import console, errors, fail, load_settings
from server.review.evidence_words import COLOURS, sentence, verdict
from server.web.languages import shipped_catalogs

app = typer.Typer(no_args_is_help=True, help="Public keys, and whether recordings are what was sealed.")


@app.command()
def key(
    another: Annotated[
        bool, typer.Option("--rotate", help="sign with another key from now on; the old public key is kept")
    ] = False,
    pem: Annotated[bool, typer.Option("--pem", help="only the key in use, as openssl reads it")] = False,
) -> None:
    """Print the public keys, with their dates: hand them out, and keep them where this server is not."""
    directory, now = load_settings().signing_directory, datetime.now(UTC)
    try:
        signing = rotate(directory, now) if another else signing_key(directory, now)
        listed = (directory / PUBLIC).read_text()
    except (KeysUnusable, OSError) as problem:
        raise fail(escape(str(problem))) from None
    print(signing.public.pem() if pem else listed, end="")


@app.command("verify")
def verify_command(
    path: Annotated[Path, typer.Argument(help="a recording's folder, a clip's, or a folder of many")],
    keys: Annotated[
        Path | None,
        typer.Option(help="public keys, as `tiepdan recordings key` printed them; otherwise this installation's"),
    ] = None,
    tsa_certificate: Annotated[
        Path | None,
        typer.Option(help="certificates (PEM) of the authority that stamps the time: its root, and those between"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print findings as JSON")] = False,
    language: Annotated[str, typer.Option(help="vi, en, or both")] = "both",
    every: Annotated[bool, typer.Option("--all", help="name also what is whole in a folder of many")] = False,
) -> None:
    """Say of each segment and chapter: whole, altered, missing, added or unsigned. Needs no server.

    Exit code 0: all whole. 1: something is altered, missing or added. 3: nothing is, but not all is signed by a
    known key, or could be read. 2: there is nothing to verify, or the keys cannot be read.
    """
    if language not in ("vi", "en", "both"):
        raise fail(f"came --language {escape(language)!r}; allowed are vi, en and both", 2)
    brought = _keys(keys)
    try:
        authority = None if tsa_certificate is None else read_authority(tsa_certificate)
        things = things_in(path)
        total = sum(size_of(thing) for thing in things)
        with Progress(
            "{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn(),
            console=errors, transient=True, disable=not errors.is_terminal,
        ) as progress:  # fmt: skip
            task = progress.add_task("SHA-256", total=total)
            reports = [
                verify(thing, brought, lambda count: progress.advance(task, count), authority) for thing in things
            ]
    except (NothingToVerify, AuthorityUnusable, OSError) as problem:
        raise fail(escape(str(problem)), 2) from None
    if as_json:
        print(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=1))
        raise typer.Exit(exit_code(reports))
    catalogs = shipped_catalogs()
    for translator in [
        catalogs.translator(each) for each in (("vi", "en") if language == "both" else (language,))
    ]:
        for report in reports:
            console.print(f"[bold]{escape(report.folder)}[/]", soft_wrap=True)
            for finding in report.findings:
                if every or len(reports) == 1 or finding.state is not State.WHOLE:
                    mark = "✓" if finding.state is State.WHOLE else "✗"
                    colour = COLOURS[finding.state]
                    said = escape(sentence(finding, translator))
                    console.print(f"  [{colour}]{mark}[/] {said}", soft_wrap=True)
            console.print(f"  [{COLOURS[report.state]}]{escape(verdict(report, translator))}[/]", soft_wrap=True)
    raise typer.Exit(exit_code(reports))


app.command("clip")(clip)
app.command("fetch")(fetch)
app.command("try-archive")(try_archive)


def _keys(file: Path | None) -> PublicKeys | None:
    """Those given, or those of this installation; None where there are none."""
    found = file or load_settings().signing_directory / PUBLIC
    if file is None and not found.is_file():
        return None
    try:
        return read_public_keys(found)
    except (KeysUnusable, OSError) as problem:
        raise fail(escape(str(problem)), 2) from None
