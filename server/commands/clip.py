"""`tiepdan recordings clip`: a clip of a chapter, with its own proof and a cover sheet."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlmodel import Session

from recordings.archive.fetching import playable_at_hand
from recordings.clip_proof import Proof, Wish
from recordings.clips import ClipRefused, FFmpegError, export
from recordings.keys import KeysUnusable, signing_key
from recordings.manifest import Span
from recordings.store import UnreadableManifest
from server.clips.cover import cover_for
from server.clips.exporting import ExportRefused, Planned, note, plan
from server.commands.context import PROVINCE_ZONE, console, fail, load_settings
from server.commands.database import open_database
from server.data.engine import Database
from server.deadlines.errors import BadDataFile
from server.documents.letterheads import read_letterheads
from server.people.accounts import account_by_login
from server.people.tables import Account
from server.review.clocks import second_in
from server.settings import Settings


def clip(
    reception: Annotated[int, typer.Argument(help="number of the reception: tiepdan reception list")],
    account: Annotated[str, typer.Option(help="login in whose name it is exported; its role says what may be")],
    reason: Annotated[str, typer.Option(help="for whom or for what; it stands in the proof and on the cover")],
    item: Annotated[int | None, typer.Option(min=1, help="place on the agenda")] = None,
    from_: Annotated[str, typer.Option("--from", help="of the recording, as 12:05 or 1:02:33")] = "",
    until: Annotated[str, typer.Option(help="of the recording, as 12:05 or 1:02:33")] = "",
    to: Annotated[
        Path, typer.Option(help="directory for the clip's folder", file_okay=False, writable=True)
    ] = Path("."),
) -> None:
    """Hand out a clip with its own proof and a cover sheet. `tiepdan recordings verify` checks it anywhere."""
    if (item is None) == (not (from_ or until)):
        raise fail("came neither an item nor a span, or both; allowed is --item, or --from and --until", 2)
    span = Span(starts_s=_second("--from", from_), ends_s=_second("--until", until)) if item is None else None
    settings, now = load_settings(), datetime.now(PROVINCE_ZONE)
    with open_database(settings) as database:

        def planned(session: Session) -> tuple[Account, Planned]:
            who = account_by_login(session, account)
            if who is None or who.disabled_at is not None:
                raise fail(f"There is no active account {escape(account)}; see: tiepdan accounts list")
            return who, plan(session, who, reception, position=item, span=span, reason=reason)

        try:
            who, wanted = database.run_here(planned)
            for wish in wanted.wishes:
                folder, proof = _export(settings, database, who, wanted, wish, now, to)
                console.print(
                    f"[green]✓[/] {escape(str(folder))}: {proof.clip.bytes / 1e6:.1f} MB, signed", soft_wrap=True
                )
                if proof.withheld_s:
                    console.print(f"  {proof.withheld_s:.1f} s were left out: they must not be handed out")
        except (ExportRefused, ClipRefused, KeysUnusable, UnreadableManifest, BadDataFile) as problem:
            raise fail(escape(str(problem))) from None
        except (OSError, FFmpegError) as problem:
            raise fail(f"No clip was made: {escape(str(problem))}") from None


def _export(
    settings: Settings, database: Database, who: Account, wanted: Planned, wish: Wish, now: datetime, to: Path
) -> tuple[Path, Proof]:
    """Nothing is handed out that the audit log does not know of."""
    recording, cover = settings.recordings_directory / wanted.folder, cover_for(read_letterheads(settings.data))
    with playable_at_hand(recording, settings.archive_access, to) as source:
        folder, proof = export(source, wish, signing_key(settings.signing_directory, now), now, to, cover)
    try:
        database.run_here(lambda session: note(session, who, wanted.recording_id, proof))
    except BaseException:
        shutil.rmtree(folder)
        raise
    return folder, proof


def _second(option: str, text: str) -> float:
    second = second_in(text)
    if second is None:
        raise fail(f"came {option} {escape(text)!r}; allowed is a time of the recording, as 12:05 or 1:02:33", 2)
    return second
