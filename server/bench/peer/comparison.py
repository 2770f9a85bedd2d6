"""Tiepdan and Janus in one run: the same stream, the same receivers, over the same veth pair, by turns.

The server of the moment is alone in one network namespace; camera and receivers are in the other. Compared is
the CPU that the process which carries media takes for each packet that arrived at a receiver. What a packet
costs in the kernel behind the veth pair is charged to whoever sends it, on both sides alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from server.bench.completeness import incomplete, shares
from server.bench.hall import hall, seated
from server.bench.joining import SPACING_S
from server.bench.line.namespaces import CommandFailed, why_not
from server.bench.load import Load, load
from server.bench.peer.janus import (
    EVENT_LOOPS,
    MOUNTPOINT,
    PAYLOAD_TYPE,
    RTP_PORT,
    JanusMissing,
    janus,
    janus_version,
    why_no_janus,
)
from server.bench.peer.janus_room import JanusSession
from server.bench.peer.outside import outside_rooms
from server.bench.peer.veth import SERVER_ADDRESS, Pair, inside, veth_pair
from server.bench.process import costs_of
from server.bench.report import machine
from server.settings import Settings
from signaling.desk_messages import CommandName

TIEPDAN, JANUS = "tiepdan", "janus"
AIM = 1 / 3
RECEIVING_WITHIN_S = 60.0
SETTLE_S = 2.0
JANUS_AT_ONCE = 20
Counts = Callable[[], Awaitable[dict[str, Any]]]


class CannotCompare(Exception):
    """Something is missing here; the message says what."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One server, measured once."""

    server: str
    receivers: int
    seconds: float
    cpu_per_packet_us: float
    cores: float
    packets: int
    packets_per_s: float
    mbit_per_s: float
    lost: int
    got_percent: float  # of what the camera sent, over all receivers
    load_cores: float
    dropped_by_load: int


@dataclass(slots=True)
class Compared:
    rooms: int
    seconds: float
    receivers: str = ""  # the program they are in, where it is none of ours
    turns: list[Turn] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def ok(self) -> bool:
        return not self.problems

    def median_us(self, server: str) -> float:
        return median(turn.cpu_per_packet_us for turn in self.turns if turn.server == server)

    @property
    def ratio(self) -> float | None:
        """Of the medians; None while one of the two was never measured."""
        if {turn.server for turn in self.turns} != {TIEPDAN, JANUS}:
            return None
        return self.median_us(TIEPDAN) / self.median_us(JANUS)

    def as_json(self) -> dict[str, object]:
        return {
            "started_at": self.started_at,
            "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "janus": {"version": janus_version(), "event_loops": EVENT_LOOPS, "ice_lite": True},
            "rooms": self.rooms,
            "seconds": self.seconds,
            "receivers": self.receivers or "counting",
            "ratio_of_medians": self.ratio,
            "turns": [asdict(turn) for turn in self.turns],
            "problems": self.problems,
            "ok": self.ok,
        }

    def as_table(self) -> Table:
        program = f" of {self.receivers}" if self.receivers else ""
        title = f"{self.rooms} receivers{program}, H.264 720p at 2 Mbit/s, over veth"
        table = Table(
            "Server", "CPU per packet", "Cores", "Packets/s", "Mbit/s", "Lost", "Got", "Load", title=title
        )
        for turn in self.turns:
            table.add_row(
                turn.server,
                f"{turn.cpu_per_packet_us:.2f} us",
                f"{turn.cores:.3f}",
                f"{turn.packets_per_s:,.0f}",
                f"{turn.mbit_per_s:.1f}",
                str(turn.lost),
                f"{turn.got_percent:.1f} %",
                f"{turn.load_cores:.2f} cores",
            )
        for problem in self.problems:
            table.add_row("[red]✗[/]", f"[red]{problem}[/]")
        if self.ratio is not None:
            colour = "green" if self.ratio <= AIM else "yellow"
            table.caption = f"[{colour}]Tiepdan takes {self.ratio:.2f} of Janus' CPU per packet (medians)[/]"
        return table


class Comparison:
    """`run` once."""

    def __init__(
        self,
        settings: Settings,
        rooms: int,
        seconds: float,
        rounds: int,
        receivers: Path | None,
        today: date,
        step: Callable[[str], None],
    ) -> None:
        """`receivers`: a program that receives in place of our own rooms, see `outside`."""
        self._settings = settings
        self._receivers = receivers
        self._rounds = rounds
        self._today = today
        self._step = step
        self.found = Compared(rooms, seconds, receivers.name if receivers is not None else "")

    async def run(self) -> Compared:
        """Raises CannotCompare, ServerNotReady, LoadFailed."""
        for reason in (why_no_janus(), why_not()):
            if reason is not None:
                raise CannotCompare(f"The comparison cannot be run: {reason}.")
        try:
            with veth_pair() as pair, inside(pair.server):
                for number in range(1, self._rounds + 1):
                    self._step(f"round {number} of {self._rounds}: Tiepdan")
                    self._note(await self._tiepdan(pair))
                    self._step(f"round {number} of {self._rounds}: Janus")
                    self._note(await self._janus(pair))
        except (CommandFailed, JanusMissing, OSError) as problem:
            raise CannotCompare(f"The comparison cannot be run: {problem}.") from problem
        return self.found

    async def _tiepdan(self, pair: Pair) -> Turn:
        found = self.found
        prefix = pair.room.command()
        place = hall(self._settings, found.rooms, 1, self._today, SERVER_ADDRESS, prefix)
        async with place as there:
            await there.press(CommandName.OPEN)
            await there.press(CommandName.NEXT)
            await there.start_camera(sound=False)
            if self._receivers is not None:
                async with outside_rooms(self._receivers, prefix) as outside:
                    await outside.watch_tiepdan(there.address, there.watch_tokens)
                    return await self._measure(TIEPDAN, there.media_pids, outside.counts, there.camera)
            async with seated(there):
                await there.ask_all("start", spacing_s=SPACING_S)
                rooms = there.rooms[0]
                return await self._measure(TIEPDAN, there.media_pids, lambda: rooms.ask("counts"), there.camera)

    async def _janus(self, pair: Pair) -> Turn:
        prefix = pair.room.command()
        async with AsyncExitStack() as stack:
            running = await stack.enter_async_context(janus(SERVER_ADDRESS, pair.server.command()))
            camera = await stack.enter_async_context(load(prefix))
            await camera.ask("camera_to_address", host=SERVER_ADDRESS, port=RTP_PORT, payload_type=PAYLOAD_TYPE)
            if self._receivers is not None:
                outside = await stack.enter_async_context(outside_rooms(self._receivers, prefix))
                session = JanusSession(running.url)
                stack.push_async_callback(session.close)
                await session.open()
                await outside.watch_janus(session, MOUNTPOINT, self.found.rooms)
                return await self._measure(JANUS, [running.pid], outside.counts, camera)
            rooms = await stack.enter_async_context(load(prefix))
            left = self.found.rooms
            while left:
                share = min(left, JANUS_AT_ONCE)
                await rooms.ask("janus_rooms", url=running.url, count=share, mountpoint=MOUNTPOINT)
                left -= share
            return await self._measure(JANUS, [running.pid], lambda: rooms.ask("janus_counts"), camera)

    async def _measure(self, server: str, pids: list[int], counts: Counts, camera: Load) -> Turn:
        receiving = (await counts())["receiving"]
        for _ in range(int(RECEIVING_WITHIN_S)):
            if receiving == self.found.rooms:
                break
            await asyncio.sleep(1)
            receiving = (await counts())["receiving"]
        await asyncio.sleep(SETTLE_S)
        sent_before = (await camera.ask("camera_state"))["packets"]
        before, cost_before = await counts(), costs_of(pids)
        await asyncio.sleep(self.found.seconds)
        sent = (await camera.ask("camera_state"))["packets"] - sent_before
        after, cost_after = await counts(), costs_of(pids)
        span = cost_after.at - cost_before.at

        def counted(name: str) -> Any:
            return after["counts"][name] - before["counts"][name]

        cpu_s = cost_after.cpu_s - cost_before.cpu_s
        got = shares(sent, before["desk"], after["desk"])
        if server == TIEPDAN and (reason := incomplete(sent, got)):
            self.found.problems.append(f"{server}: {reason}")
        return Turn(
            server=server,
            receivers=receiving,
            seconds=round(span, 3),
            cpu_per_packet_us=round(cpu_s / max(1, counted("packets")) * 1e6, 3),
            cores=round(cpu_s / span, 4),
            packets=counted("packets"),
            packets_per_s=round(counted("packets") / span, 1),
            mbit_per_s=round(counted("bytes") * 8 / span / 1e6, 2),
            lost=counted("lost"),
            got_percent=round(sum(got) / max(1, len(got)) * 100, 2),
            load_cores=round((after["cpu_s"] - before["cpu_s"]) / (after["at"] - before["at"]), 3),
            dropped_by_load=counted("dropped_here"),
        )

    def _note(self, turn: Turn) -> None:
        found = self.found
        found.turns.append(turn)
        missing = found.rooms - turn.receivers
        if missing:
            found.problems.append(f"{turn.server}: {missing} of {found.rooms} receivers got nothing")
        if turn.server == TIEPDAN and turn.lost:
            found.problems.append(f"tiepdan: {turn.lost} packets were lost")
        if turn.dropped_by_load:
            found.problems.append(
                f"{turn.server}: the load generator dropped {turn.dropped_by_load} packets itself"
            )
