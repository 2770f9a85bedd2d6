"""`tiepdan reception …`: the desk's buttons for scripts and keypads, over the local control socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.table import Table

from server.commands.context import console, fail, load_settings
from server.control_socket import control_socket
from server.web.wording import sentence
from signaling import channel
from signaling.desk_messages import Command, CommandName, RecordingLight
from signaling.ports import AskReceptions, AskStatus, Receptions, ReceptionStatus, RunCommand
from signaling.refusals import RefusalCode, Refused

app = typer.Typer(no_args_is_help=True, help="The desk's buttons: open, next, floor, close-item, end, status …")
T = TypeVar("T")
Confirmed = Annotated[bool, typer.Option("--yes", help="confirm: this cannot be undone by a button")]


def _converse(talk: Callable[[channel.Channel], Awaitable[T]]) -> T:
    """Run one conversation with the control process; its refusals become sentences and exit code 1."""
    settings = load_settings()

    async def run() -> T:
        async with control_socket(settings.run_directory) as connection:
            return await talk(connection)

    try:
        return asyncio.run(run())
    except Refused as refused:
        said = sentence(refused.refusal, settings.language)
        hint = " (--yes)" if refused.code is RefusalCode.CONFIRMATION_NEEDED else ""
        raise fail(said + hint) from None
    except (OSError, TimeoutError):
        raise fail(f"No Tiepdan server answers in {settings.data}. Start it with: tiepdan serve", 3) from None


def _press(name: CommandName, **details: object) -> None:
    try:
        command = Command.model_validate({"name": name, **details})
    except ValidationError as wrong:
        raise fail(f"came {wrong.errors()[0]['input']!r}; allowed is {wrong.errors()[0]['msg']}", 2) from None

    async def talk(connection: channel.Channel) -> None:
        await connection.request(RunCommand(command=command))

    _converse(talk)


@app.command("list")
def list_receptions() -> None:
    """The receptions, planned and past."""

    async def talk(connection: channel.Channel) -> Receptions:
        reply = await connection.request(AskReceptions())
        return reply if isinstance(reply, Receptions) else Receptions(receptions=())

    table = Table("ID", "Planned", "State", "Items", "Title")
    for line in _converse(talk).receptions:
        table.add_row(str(line.id), line.planned_on, line.state, str(line.items), line.title)
    console.print(table)


@app.command("open")
def open_reception(
    reception: Annotated[int | None, typer.Argument(help="its ID; today's if left out")] = None,
) -> None:
    """Open a reception."""
    _press(CommandName.OPEN, reception=reception)


@app.command("next")
def call_next() -> None:
    """Call the next agenda item."""
    _press(CommandName.NEXT)


@app.command()
def floor(code: Annotated[str, typer.Argument(help="official code of the room")]) -> None:
    """Give the floor to a room."""
    _press(CommandName.FLOOR, room=code)


@app.command("take-floor-back")
def take_floor_back() -> None:
    """Take the floor back."""
    _press(CommandName.TAKE_FLOOR_BACK)


@app.command()
def interpreter(code: Annotated[str, typer.Argument(help="official code of the room; 22 is the desk")]) -> None:
    """Name the interpreter of the present item."""
    _press(CommandName.INTERPRETER, room=code)


@app.command("take-interpreter-back")
def take_interpreter_back() -> None:
    """Nobody interprets any more; rooms hear the original."""
    _press(CommandName.TAKE_INTERPRETER_BACK)


@app.command("close-item")
def close_item(reason: Annotated[str, typer.Option(help="for the audit log")] = "") -> None:
    """Close the present item: rooms get nothing any more, at once, and nothing is recorded."""
    _press(CommandName.CLOSE_ITEM, reason=reason)


@app.command("reopen-item")
def reopen_item(yes: Confirmed = False) -> None:
    """Open a closed item to the rooms again; never a denunciation."""
    _press(CommandName.REOPEN_ITEM, confirm=yes)


@app.command("finish-item")
def finish_item() -> None:
    """Conclude the present item; the stage is between items, open to all."""
    _press(CommandName.FINISH_ITEM)


@app.command()
def end() -> None:
    """End the reception. The command line does not ask twice."""
    _press(CommandName.END, confirm=True)


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="everything, for scripts")] = False) -> None:
    """The open reception, its agenda, the floor, the recording and the rooms."""

    async def talk(connection: channel.Channel) -> ReceptionStatus:
        reply = await connection.request(AskStatus())
        return reply if isinstance(reply, ReceptionStatus) else ReceptionStatus(console=None, rooms=())

    now = _converse(talk)
    if as_json:
        print(json.dumps({"console": now.console, "rooms": list(now.rooms)}, ensure_ascii=False, indent=2))
        return
    if now.console is None:
        console.print("No reception is open.")
        return
    state = now.console
    console.print(f"[bold]{state['title']}[/] · {state['state']}")
    table = Table("No.", "State", "Kind", "Petitions", "Audience")
    agenda = state["agenda"]
    for item in agenda if isinstance(agenda, list | tuple) else ():
        codes = ", ".join(item["petition_codes"])
        table.add_row(str(item["position"]), item["state"], item["kind"], codes, item["audience"])
    console.print(table)
    connected = sum(1 for room in now.rooms if room["presence"] != "absent")
    for room in now.rooms:
        if room["kept_s"]:
            console.print(
                f"{room['name']} keeps {room['kept_s']} s of its own picture and has not handed them over."
            )
    light = RecordingLight.model_validate(state["recording"])
    console.print(f"{connected} of {len(now.rooms)} rooms are there.")
    console.print(
        f"Recording: {light.state}, {light.seconds:.0f} s, {light.bytes / 1e6:.1f} MB"
        + (", growing" if light.growing else "")
        + (f", alarm: {light.alarm}" if light.alarm else "")
    )
