"""One run of the bench: the scenarios that were asked for, each in the hall as it needs it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum

from server.bench.capacity import measure_capacity
from server.bench.delay import measure_delay
from server.bench.disturbance import measure_disturbance
from server.bench.floor import measure_floor
from server.bench.hall import Hall, hall, seated
from server.bench.joining import join_in_turn, storm_after_kill, storm_at_once
from server.bench.process import costs_of
from server.bench.report import BenchReport, Scenario
from server.settings import Settings
from signaling.desk_messages import CommandName

ROOMS_PER_PROCESS = 300


class ScenarioName(StrEnum):
    """In the order in which they run."""

    JOIN = "join"
    CAPACITY = "capacity"
    DELAY = "delay"
    FLOOR = "floor"
    DISTURB = "disturb"
    STORM = "storm"


class Bench:
    """`run` once. `step` hears what is being done, in words."""

    def __init__(
        self,
        settings: Settings,
        rooms: int,
        seconds: float,
        processes: int,
        only: Collection[ScenarioName],
        today: date,
        step: Callable[[str], None],
    ) -> None:
        """`processes` 0: as many as the rooms need. `only` empty: all scenarios."""
        self._settings = settings
        self._processes = processes or -(-rooms // ROOMS_PER_PROCESS)
        self._only = frozenset(only) or frozenset(ScenarioName)
        self._today = today
        self._step = step
        self.report = BenchReport(rooms, seconds)

    async def run(self) -> BenchReport:
        """Raises ServerNotReady, LoadFailed."""
        self._step("starting a server and a camera")
        rooms, processes = self.report.rooms, min(self._processes, self.report.rooms)
        async with hall(self._settings, rooms, processes, self._today) as place:
            await place.press(CommandName.OPEN)
            await place.press(CommandName.NEXT)
            await place.start_camera()
            if self._only != {ScenarioName.STORM}:
                async with seated(place):
                    await self._with_rooms(place)
            if ScenarioName.STORM in self._only:
                self._step("all rooms start at once")
                async with seated(place):
                    self._add(await storm_at_once(place))
                    self._step("the media process is killed")
                    self._add(await storm_after_kill(place))
        return self.report

    async def _with_rooms(self, place: Hall) -> None:
        empty = costs_of(place.media_pids)
        seconds = self.report.seconds
        self._step("the rooms join")
        joined = await join_in_turn(place)
        if ScenarioName.JOIN in self._only or joined.problems:
            self._add(joined)
        if ScenarioName.CAPACITY in self._only:
            self._step(f"capacity, {seconds:.0f} s")
            self._add(await measure_capacity(place, seconds, empty))
        if ScenarioName.DELAY in self._only:
            self._step(f"delay, {seconds:.0f} s")
            self._add(await measure_delay(place, seconds))
        if ScenarioName.FLOOR in self._only:
            self._step("floor changes")
            self._add(await measure_floor(place))
        if ScenarioName.DISTURB in self._only:
            self._step(f"disturbances, 4 times {seconds:.0f} s")
            self._add(await measure_disturbance(place, seconds))

    def _add(self, scenario: Scenario) -> None:
        self.report.scenarios.append(scenario)
