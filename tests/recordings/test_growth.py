from __future__ import annotations

from recordings.growth import Growth
from recordings.recording import Progress

START_US = 1_795_000_000_000_000
TURN_US = 100_000


class Watched:
    """A recording that is measured ten times a second; a file grows once a second, as written data is synced."""

    def __init__(self) -> None:
        self.now_us = START_US
        self.growth = Growth(self.now_us)
        self.bytes = 1_000
        self.turn = 0

    def go_on(
        self, seconds: float, *, packets: bool, writing: bool, paused: bool = False, failed: bool = False
    ) -> list[tuple[bool, str]]:
        """Each (growing, alarm) that was reported, without repetitions."""
        seen: list[tuple[bool, str]] = []
        for _ in range(round(seconds * 10)):
            self.now_us += TURN_US
            self.turn += 1
            if packets:
                self.growth.packet_came(self.now_us)
            if writing and self.turn % 10 == 0:
                self.bytes += 500
            progress = Progress("r1", paused, bytes=self.bytes, write_failed=failed)
            self.growth.measure(progress, self.now_us)
            grew = self.growth.report(progress, self.now_us)
            if seen[-1:] != [(grew.growing, grew.alarm)]:
                seen.append((grew.growing, grew.alarm))
        return seen


def test_nobody_ever_publishes() -> None:
    assert Watched().go_on(6, packets=False, writing=False) == [(False, ""), (False, "no_media")]


def test_everybody_stops_publishing_and_somebody_begins_again() -> None:
    watched = Watched()
    assert watched.go_on(5.5, packets=True, writing=True) == [(False, ""), (True, "")]
    # Silence is still written for a while; that is no growth, and not a disk's fault either.
    seen = watched.go_on(3, packets=False, writing=True) + watched.go_on(5, packets=False, writing=False)
    assert (seen[0], seen[-1]) == ((True, ""), (False, "no_media"))
    assert "stalled" not in [alarm for _, alarm in seen]
    # The first bytes take a moment: no alarm is due for that.
    assert watched.go_on(2.5, packets=True, writing=False) == [(False, "")]
    assert watched.go_on(2, packets=True, writing=True)[-1] == (True, "")


def test_the_stage_ends_just_before_a_write_and_is_not_called_stalled() -> None:
    watched = Watched()
    watched.go_on(5, packets=True, writing=True)
    watched.go_on(0.9, packets=True, writing=False)
    seen = watched.go_on(6, packets=False, writing=False)
    assert "stalled" not in [alarm for _, alarm in seen]
    assert seen[-1] == (False, "no_media")


def test_packets_come_and_the_files_do_not_grow() -> None:
    watched = Watched()
    watched.go_on(5, packets=True, writing=True)
    assert watched.go_on(5, packets=True, writing=False) == [(True, ""), (False, "stalled")]
    assert watched.go_on(2, packets=True, writing=True)[-1] == (True, "")


def test_nothing_is_wrong_with_a_pause_and_a_failed_write_goes_before_all_else() -> None:
    assert Watched().go_on(6, packets=False, writing=False, paused=True) == [(False, "")]
    assert Watched().go_on(6, packets=False, writing=False, failed=True) == [(False, "write_failed")]


def test_of_two_faults_the_cause_is_told() -> None:
    watched = Watched()
    watched.go_on(5, packets=True, writing=True)

    def told(*, isolated_lost: bool, disk_low: bool = False, on_spare: bool = False) -> str:
        progress = Progress("r1", False, bytes=watched.bytes, disk_low=disk_low, on_spare=on_spare)
        return watched.growth.report(progress, watched.now_us, isolated_lost=isolated_lost).alarm

    assert told(isolated_lost=True) == "isolated_lost"
    assert told(isolated_lost=True, disk_low=True) == "disk_low"
    assert told(isolated_lost=True, disk_low=True, on_spare=True) == "on_spare"
