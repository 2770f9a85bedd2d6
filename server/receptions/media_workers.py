"""All media workers as one: control speaks to media, and which worker a link lives on is known only here.

A link goes to the worker that has the fewest; the desk's go to the first one, where the stage is. A worker that
is lost takes its links with it, and its rooms join again at those that run.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pydantic import JsonValue

from server.receptions.events import Event, MediaConnected, MediaLost
from server.receptions.media_client import MediaClient
from signaling.messages import LinkState, Purpose, RoomCode
from signaling.ports import (
    DebugSnapshot,
    LineMeasured,
    LinkChanged,
    LinkReports,
    MediaReport,
    MediaSnapshot,
    SetStage,
    SlotSwitched,
)
from signaling.refusals import RefusalCode, Refused


def worker_socket(worker: int) -> str:
    """Name of the socket on which a media worker serves control (see `server.media.workers`)."""
    return "media.sock" if worker == 0 else f"media-{worker}.sock"


class MediaWorkers:
    """`post` gets what happens to links and slots, `measure` what media counts, once a second and worker."""

    def __init__(
        self,
        run_directory: Path,
        workers: int,
        post: Callable[[Event], None],
        measure: Callable[[MediaReport], None],
    ) -> None:
        self._post = post
        self._measure = measure
        self._links: dict[str, tuple[int, LinkChanged]] = {}  # by name: the worker, and what it said last
        self._measuring: dict[str, int] = {}  # links that measure a line: the worker of each
        self._reports: dict[int, LinkReports] = {}
        self._measured: dict[int, MediaReport] = {}
        self._snapshot: MediaSnapshot | None = None  # of the first worker: what the slots show
        self._clients = [self._client(run_directory, number) for number in range(workers)]

    def _client(self, run_directory: Path, number: int) -> MediaClient:
        return MediaClient(
            run_directory / worker_socket(number),
            lambda event: self._happened(number, event),
            lambda report: self._counted(number, report),
        )

    async def run(self) -> None:
        """Never returns; cancel it."""
        async with asyncio.TaskGroup() as group:
            for number, client in enumerate(self._clients):
                group.create_task(client.run(), name=f"media worker {number}")

    # --- down

    @property
    def running(self) -> bool:
        """Whether the stage is there: the first worker."""
        return self._clients[0].running

    def set_stage(self, stage: SetStage) -> None:
        for client in self._clients:
            client.set_stage(stage)

    def close_link(self, link: str) -> None:
        known = self._links.get(link)
        self._measuring.pop(link, None)
        for number, client in enumerate(self._clients):
            if known is None or known[0] == number:
                client.close_link(link)

    async def open_link(self, link: str, room: RoomCode, purpose: Purpose, sdp: str) -> str:
        """Returns the SDP answer. Raises Refused: what media refuses, or MEDIA_NOT_RUNNING."""
        number = self._choose(purpose)
        placed = LinkChanged(link=link, room=room, purpose=purpose, state=LinkState.NEGOTIATED)
        self._links.setdefault(link, (number, placed))
        try:
            return await self._clients[number].open_link(link, room, purpose, sdp)
        except Refused:
            self._links.pop(link, None)
            raise

    async def measure_line(self, link: str, room: RoomCode, sdp: str) -> str:
        """A link that only measures, on the worker with the least to do. Raises as `open_link` does."""
        number = self._measuring[link] = self._choose(Purpose.WATCH)
        try:
            return await self._clients[number].measure_line(link, room, sdp)
        except Refused:
            self._measuring.pop(link, None)
            raise

    async def line_measured(self, link: str) -> LineMeasured:
        """See MediaClient. Raises Refused(ROOM_NOT_CONNECTED) for a link no worker has."""
        number = self._measuring.pop(link, None)
        if number is None:
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED)
        return await self._clients[number].line_measured(link)

    async def restart_link(self, link: str, sdp: str) -> str:
        """See MediaClient. Raises Refused(ROOM_NOT_CONNECTED) for a link no worker has."""
        known = self._links.get(link)
        if known is None:
            raise Refused(RefusalCode.ROOM_NOT_CONNECTED)
        return await self._clients[known[0]].restart_link(link, sdp)

    def _choose(self, purpose: Purpose) -> int:
        """Raises Refused(MEDIA_NOT_RUNNING)."""
        running = [number for number, client in enumerate(self._clients) if client.running]
        if not running:
            raise Refused(RefusalCode.MEDIA_NOT_RUNNING)
        if purpose is Purpose.DESK and 0 in running:
            return 0
        load = Counter(number for number, _ in self._links.values())
        return min(running, key=lambda number: load[number])

    # --- up

    async def snapshot(self) -> MediaSnapshot | None:
        """What all workers have together; None: the first one does not answer."""
        for number, client in enumerate(self._clients):
            found = await client.snapshot()
            if found is not None:
                self._take(number, found)
            elif number == 0:
                return None
        return self._together()

    async def debug(self) -> DebugSnapshot | None:
        """What media's long-lived objects say of themselves; None: no worker answers."""
        objects: dict[str, dict[str, JsonValue]] = {}
        for number, client in enumerate(self._clients):
            found = await client.debug()
            if found is not None:
                prefix = f"worker {number} " if len(self._clients) > 1 else ""
                objects |= {prefix + name: what for name, what in found.objects.items()}
        return DebugSnapshot(objects=objects) if objects else None

    def debug_snapshot(self) -> dict[str, object]:
        load = Counter(number for number, _ in self._links.values())
        return {
            f"worker {number}": {**client.debug_snapshot(), "links": load[number]}
            for number, client in enumerate(self._clients)
        }

    def _happened(self, number: int, event: Event) -> None:
        match event:
            case MediaConnected(snapshot):
                self._take(number, snapshot)
                if (together := self._together()) is not None:
                    self._post(MediaConnected(together))
            case MediaLost():
                self._lost(number)
            case LinkChanged():
                if event.state is LinkState.CLOSED:
                    self._links.pop(event.link, None)
                else:
                    self._links[event.link] = number, event
                self._post(event)
            case LinkReports():
                self._reports[number] = event
                every = [report for each in self._reports.values() for report in each.links]
                self._post(LinkReports(links=tuple(every)))
            case SlotSwitched():
                self._post(event)

    def _lost(self, number: int) -> None:
        self._reports.pop(number, None)
        self._measured.pop(number, None)
        if not any(client.running for client in self._clients):
            self._post(MediaLost())
            return
        self._forget(number)
        if number == 0 and self._snapshot is not None:  # the stage went with it
            self._snapshot = self._snapshot.model_copy(update={"slots": dict.fromkeys(self._snapshot.slots)})
        if (together := self._together()) is not None:
            self._post(MediaConnected(together))

    def _take(self, number: int, snapshot: MediaSnapshot) -> None:
        """What this worker has is what it says, and nothing else."""
        self._forget(number)
        self._links |= {link.link: (number, link) for link in snapshot.links}
        if number == 0:
            self._snapshot = snapshot

    def _forget(self, number: int) -> None:
        self._links = {name: known for name, known in self._links.items() if known[0] != number}

    def _together(self) -> MediaSnapshot | None:
        """None before the first worker was there: nobody could say what is shown."""
        if self._snapshot is None:
            return None
        return self._snapshot.model_copy(update={"links": tuple(link for _, link in self._links.values())})

    def _counted(self, number: int, report: MediaReport) -> None:
        self._measured[number] = report
        self._measure(added(list(self._measured.values())))


def added(reports: list[MediaReport]) -> MediaReport:
    """The counts of several workers as of one. `reports` is not empty."""
    if len(reports) == 1:
        return reports[0]
    plain = [name for name in MediaReport.model_fields if name not in ("kind", "layers", "delay_counts")]
    layers: Counter[str] = Counter()
    for report in reports:
        layers.update(report.layers)
    return MediaReport.model_validate(
        {
            **{name: sum(getattr(report, name) for report in reports) for name in plain},
            "layers": dict(layers),
            "delay_counts": tuple(map(sum, zip(*(report.delay_counts for report in reports), strict=True))),
        }
    )
