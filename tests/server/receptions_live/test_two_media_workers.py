"""Control speaks to two media processes as if they were one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from room_client.link import Link
from server.media import workers as media_side
from server.receptions.events import Event, MediaConnected, MediaLost
from server.receptions.media_workers import MediaWorkers, added, worker_socket
from signaling.messages import LinkState, Purpose
from signaling.ports import DELAY_BOUNDS_S, LinkChanged, LinkReports, MediaReport, SetStage
from signaling.refusals import RefusalCode, Refused
from tests.server.media.wire import Heard, media_process
from tests.waiting import eventually

OPEN = SetStage(live=True, closed=False, audience=None, floor=None, record=False, desk="22")


@dataclass
class Control:
    """What a conductor would be told."""

    directory: Path
    told: list[Event] = field(default_factory=list)
    measured: list[MediaReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.media = MediaWorkers(self.directory, 2, self.told.append, self.measured.append)

    def connected(self) -> bool:
        """To both, and their snapshots were taken."""
        workers = self.media.debug_snapshot()
        there = all(workers[f"worker {n}"]["connected"] for n in (0, 1))  # type: ignore[index]
        return there and any(isinstance(event, MediaConnected) for event in self.told)

    def links(self) -> set[str]:
        """As the newest comparison and the changes since have them."""
        found: set[str] = set()
        for event in self.told:
            if isinstance(event, MediaConnected):
                found = {link.link for link in event.snapshot.links}
            elif isinstance(event, LinkChanged):
                (found.discard if event.state is LinkState.CLOSED else found.add)(event.link)
        return found


@dataclass
class Bench:
    control: Control
    processes: list[asyncio.subprocess.Process]
    ends: list[Link] = field(default_factory=list)

    async def join(self, name: str, purpose: Purpose = Purpose.ROOM) -> Link:
        link = Link(purpose, Heard())
        self.ends.append(link)
        await link.connect(
            await self.control.media.open_link(
                name, "22" if purpose is Purpose.DESK else "06649", purpose, link.offer()
            )
        )
        return link


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with AsyncExitStack() as stack:
        processes = []
        for number in range(2):
            process = await media_process(tmp_path, "--worker", str(number), "--workers", "2")
            processes.append(process)
            stack.push_async_callback(process.wait)
            stack.callback(lambda process=process: process.returncode is None and process.terminate())
        control = Control(tmp_path)
        run = asyncio.create_task(control.media.run())
        made = Bench(control, processes)
        await eventually(lambda: "not both are there" if not control.connected() else "")
        control.media.set_stage(OPEN)
        yield made
        for end in made.ends:
            await end.close()
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)


async def test_links_are_shared_out_and_the_desk_stands_where_the_stage_is(bench: Bench) -> None:
    await bench.join("desk", Purpose.DESK)
    for number in range(3):
        await bench.join(f"room-{number}")
    snapshot = bench.control.media.debug_snapshot()
    assert [snapshot[f"worker {n}"]["links"] for n in (0, 1)] == [2, 2]  # type: ignore[index]
    await eventually(lambda: len(bench.control.links()) < 4 and f"{bench.control.links()} are known")
    together = await bench.control.media.snapshot()
    assert together is not None
    assert {link.link for link in together.links} == {"desk", "room-0", "room-1", "room-2"}
    bench.control.media.close_link("room-0")
    await eventually(lambda: "room-0" in bench.control.links() and "still open")
    with pytest.raises(Refused) as refused:
        await bench.control.media.restart_link("room-0", "v=0")
    assert refused.value.code is RefusalCode.ROOM_NOT_CONNECTED


async def test_reports_of_both_are_told_as_one(bench: Bench) -> None:
    for number in range(2):
        await bench.join(f"room-{number}")

    def both() -> str:
        newest = [e for e in bench.control.told if isinstance(e, LinkReports)][-1:]
        reported = {report.link for each in newest for report in each.links}
        return "" if reported == {"room-0", "room-1"} else f"{reported} are reported"

    await eventually(both)
    objects = await bench.control.media.debug()
    assert objects is not None
    assert {"worker 0 plane", "worker 1 plane"} <= set(objects.objects)


async def test_a_lost_worker_takes_its_links_with_it_and_the_other_goes_on(bench: Bench) -> None:
    for number in range(2):
        await bench.join(f"room-{number}")
    await eventually(lambda: len(bench.control.links()) < 2 and "not both known")
    bench.processes[1].kill()
    await eventually(lambda: len(bench.control.links()) != 1 and f"{bench.control.links()} are known")
    await bench.join("room-2")
    assert not any(isinstance(event, MediaLost) for event in bench.control.told)
    bench.processes[0].kill()
    await eventually(lambda: not any(isinstance(e, MediaLost) for e in bench.control.told) and "not told of it")
    with pytest.raises(Refused) as refused:
        await bench.join("room-3")
    assert refused.value.code is RefusalCode.MEDIA_NOT_RUNNING


def test_counts_of_several_workers_are_added() -> None:
    plain = {n: 3 for n in MediaReport.model_fields if n not in ("kind", "layers", "delay_counts", "delay_sum_s")}
    buckets = len(DELAY_BOUNDS_S) + 1
    one = MediaReport(**plain, layers={"h": 2}, delay_counts=(1,) * buckets, delay_sum_s=0.5)  # type: ignore[arg-type]
    two = MediaReport(**plain, layers={"h": 1, "l": 1}, delay_counts=(2,) * buckets, delay_sum_s=1.0)  # type: ignore[arg-type]
    both = added([one, two])
    assert both.packets_out == 6
    assert both.layers == {"h": 3, "l": 1}
    assert both.delay_counts == (3,) * buckets
    assert both.delay_sum_s == 1.5


def test_control_and_media_call_their_sockets_alike() -> None:
    assert [worker_socket(n) for n in range(3)] == [media_side.worker_socket(n) for n in range(3)]
