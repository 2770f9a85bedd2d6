"""`tiepdan room`: a room without people at a keyboard, and what makes a computer one."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
import uvloop
from rich.console import Console

from room_client.appliance.enrolment import (
    Enrolment,
    EnrolmentUnreadable,
    enrol,
    read_enrolment,
    state_directory,
    write_enrolment,
)
from room_client.appliance.input_keys import NAMES, NotAKey, parse_keys
from room_client.appliance.installing import HAND_KEYS, NotInstalled, Settings, install, read_server, start_service
from room_client.cli import EXIT_ANEW, EXIT_DONE, EXIT_REFUSED, run_room
from room_client.keeping.keeping import KeepOptions
from room_client.room import RoomOptions
from room_client.server_address import is_server_address
from room_client.signalling import ServerUnreachable
from room_client.wording import refusal_sentence, word
from signaling.messages import Purpose
from signaling.refusals import Refused

_ENV = "TIEPDAN_ROOM_"
CAMERAS = "test, none, default, a file, /dev/video0 or rtsp://…"
MICROPHONES = "test, none, default, a file, alsa:NAME, pulse:NAME or rtsp://…"
KEEPS = "folder for what the room records of itself while its line is down on the floor; without it nothing is"
HAND = "without a screen: keys of the hand, enter,space or numbers; enter@/dev/input/… of one device"
SHOWS = "show the room's page full screen, with its sound"
Server = Annotated[str, typer.Option(help="http://HOST:PORT or https://HOST", envvar=f"{_ENV}SERVER")]
Language = Annotated[Literal["vi", "en"], typer.Option(help="of what it says", envvar=f"{_ENV}LANGUAGE")]
State = Annotated[
    Path | None, typer.Option(help="where the enrolment is kept", envvar=f"{_ENV}STATE", file_okay=False)
]
app = typer.Typer(
    add_completion=False, invoke_without_command=True, help="Take part as a room that nobody looks after."
)


@app.callback()
def room(
    context: typer.Context,
    server: Server = "",
    key: Annotated[str, typer.Option(help="the room's key, if it is not enrolled", envvar=f"{_ENV}KEY")] = "",
    video: Annotated[str, typer.Option(help=CAMERAS, envvar=f"{_ENV}VIDEO")] = "test",
    audio: Annotated[str, typer.Option(help=MICROPHONES, envvar=f"{_ENV}AUDIO")] = "test",
    desk: Annotated[bool, typer.Option("--desk", help="be the desk's camera, with the desk's key")] = False,
    screen: Annotated[bool, typer.Option("--screen", help=SHOWS, envvar=f"{_ENV}SCREEN")] = False,
    keep: Annotated[
        Path | None,
        typer.Option(help=KEEPS, envvar=f"{_ENV}KEEP", file_okay=False),
    ] = None,
    keep_megabytes: Annotated[
        int,
        typer.Option(
            help="the most that is kept in that folder", envvar=f"{_ENV}KEEP_MEGABYTES", min=10, max=100_000
        ),
    ] = 500,
    hand_key: Annotated[str, typer.Option(help=HAND, envvar=f"{_ENV}HAND_KEY")] = "",
    report: Annotated[Path | None, typer.Option(help="write what the room saw and heard as JSON")] = None,
    language: Language = "vi",
    state: State = None,
) -> None:
    """Receive the stage, publish while the room has the floor, come back by itself."""
    if context.invoked_subcommand is not None:
        return
    directory = state or state_directory()
    enrolled = None if key else _enrolled(directory, language)
    options = RoomOptions(
        server_url=server or (enrolled.server if enrolled is not None else ""),
        key=key,
        purpose=Purpose.DESK if desk else Purpose.ROOM,
        video=video,
        audio=audio,
        language=language,
        keep=KeepOptions(keep, keep_megabytes) if keep is not None else None,
        credential=enrolled.credential if enrolled is not None else "",
    )

    def remember(credential: str) -> None:
        try:
            write_enrolment(directory, Enrolment(options.server_url, credential, ""))
        except OSError:  # the browser keeps it, too, so the next start finds it there
            _say(word("enrolment_not_kept", language, str(directory)))

    shown = directory if screen else None
    try:
        code = uvloop.run(run_room(options, report=report, screen=shown, on_enrolled=remember, hand_key=hand_key))
    except asyncio.CancelledError:
        code = EXIT_DONE
    if code == EXIT_ANEW:  # the same process, so systemd sees no end of it
        os.execv(sys.executable, (sys.executable, *sys.orig_argv[1:]))
    raise typer.Exit(code)


@app.command("enrol")
def enrol_here(
    code: Annotated[str, typer.Argument(help="the 8 characters that the office read out")],
    server: Server = "",
    name: Annotated[str, typer.Option(help="what this computer is called, for the office")] = "",
    language: Language = "vi",
    state: State = None,
) -> None:
    """Make this computer a room, with a code that works once."""
    directory = state or state_directory()
    former = _enrolled(directory, language)
    server = server or (former.server if former is not None else read_server())
    if not is_server_address(server):
        _fail(word("bad_address", language, server[:200]))
    try:
        found = asyncio.run(enrol(server, code, name, former))
    except Refused as refused:
        _fail(refusal_sentence(refused.refusal, language))
    except ServerUnreachable:
        _fail(word("unreachable_now", language))
    _keep(directory, found, language)
    Console().print(word("enrolled", language, found.room))
    if start_service(directory):
        Console().print(word("started", language))


@app.command("install")
def install_here(
    server: Annotated[str, typer.Option(help="the server, https://HOST")],
    video: Annotated[str, typer.Option(help=CAMERAS)] = "default",
    audio: Annotated[str, typer.Option(help=MICROPHONES)] = "default",
    screen: Annotated[bool, typer.Option(help=SHOWS)] = True,
    hand_key: Annotated[str, typer.Option(help=HAND)] = HAND_KEYS,
    root: Annotated[Path, typer.Option(help="of the system it is written into", file_okay=False)] = Path("/"),
    language: Language = "vi",
) -> None:
    """Write this room's settings, and start it; where no package brought its service, write that, too."""
    if not is_server_address(server):
        _fail(word("bad_address", language, server[:200]))
    try:
        if hand_key:
            parse_keys(hand_key)
        for line in install(root, Settings(server, video, audio, screen, hand_key, language)):
            Console().print(line, soft_wrap=True, highlight=False, markup=False)
    except NotAKey as error:
        _fail(word("bad_hand_key", language, str(error)[:50], ", ".join(NAMES)))
    except NotInstalled as error:
        _fail(word("not_installed", language, str(error)))


def _enrolled(directory: Path, language: Literal["vi", "en"]) -> Enrolment | None:
    try:
        return read_enrolment(directory)
    except EnrolmentUnreadable as error:
        _fail(word("enrolment_unreadable", language, str(error)))


def _keep(directory: Path, enrolment: Enrolment, language: Literal["vi", "en"]) -> None:
    try:
        write_enrolment(directory, enrolment)
    except OSError:
        _fail(word("enrolment_not_kept", language, str(directory)))


def _fail(sentence: str) -> NoReturn:
    _say(sentence)
    raise typer.Exit(EXIT_REFUSED)


def _say(sentence: str) -> None:
    Console(stderr=True).print(sentence, soft_wrap=True, highlight=False, markup=False)
