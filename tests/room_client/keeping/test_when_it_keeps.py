"""When a room keeps what it would have sent, and when it must not."""

from __future__ import annotations

from datetime import UTC, datetime

from room_client.keeping.keeper import DOWN_S, HELD_S, OVERLAP_S, Film, Keeper, ServerClock, Shot
from room_client.sources.contract import EncodedFrame
from signaling.late_messages import LONGEST_S
from signaling.messages import StageView
from signaling.wire.slots import Upstream

AHEAD_S = 1_800_000_000.0  # of the monotonic clock


class Recorded:
    """A film that is a list."""

    def __init__(self) -> None:
        self.at: list[float] = []
        self.finished = False

    def add(self, shot: Shot, at: float) -> None:
        assert not self.finished
        self.at.append(round(at - AHEAD_S, 3))

    def finish(self) -> None:
        self.finished = True


class Play:
    """A room whose camera makes ten pictures a second, every third of them a key frame."""

    def __init__(self, room_left: bool = True) -> None:
        self.films: list[Recorded] = []
        self.limits = 0
        self.now_s = 0.0
        self.room_left = room_left
        self.keeper = Keeper(self._begin, self._limit)

    def _begin(self, _reception: int) -> Film | None:
        if not self.room_left:
            return None
        self.films.append(Recorded())
        return self.films[-1]

    def _limit(self) -> None:
        self.limits += 1

    def floor(self, has_floor: bool, reception: int = 3) -> None:
        moment = datetime.fromtimestamp(self.now_s + AHEAD_S, UTC).isoformat()
        self.keeper.stage(
            StageView(
                room_code="06649", room_name="", reception_id=reception, reception_state="open",
                has_floor=has_floor, server_time=moment,
            ),
            self.now_s,
        )  # fmt: skip

    def go_on(self, seconds: float, *, line_up: bool, upstream: Upstream = Upstream.CAMERA) -> None:
        for _ in range(round(seconds * 10)):
            self.now_s = round(self.now_s + 0.1, 3)
            frame = EncodedFrame(b"x" * 100, 0, key=round(self.now_s * 10) % 3 == 0)
            self.keeper.add(Shot(upstream, "h264", frame, self.now_s))
            self.keeper.handle_timeout(self.now_s, line_up)


def test_it_begins_with_what_may_not_have_arrived() -> None:
    play = Play()
    play.floor(True)
    play.go_on(20, line_up=True)
    assert not play.films
    play.go_on(5, line_up=False)
    (film,) = play.films
    assert 20 + DOWN_S - HELD_S <= film.at[0] <= 20 + DOWN_S - HELD_S + 0.6
    assert film.at[-1] == 25
    assert all(round(later - earlier, 1) == 0.1 for earlier, later in zip(film.at, film.at[1:], strict=False))


def test_it_ends_a_moment_after_the_line_is_back() -> None:
    play = Play()
    play.floor(True)
    play.go_on(5, line_up=False)
    play.go_on(OVERLAP_S + 2, line_up=True)
    (film,) = play.films
    assert film.finished
    assert OVERLAP_S <= film.at[-1] - 5 <= OVERLAP_S + 0.2
    play.go_on(5, line_up=False)
    assert play.films[1].at[0] > film.at[-1], "nothing is kept twice"


def test_a_room_without_the_floor_keeps_nothing() -> None:
    play = Play()
    play.floor(False)
    play.go_on(60, line_up=False)
    play.go_on(1, line_up=False, upstream=Upstream.DOCUMENT)
    assert not play.films


def test_what_was_before_the_floor_is_not_in_it() -> None:
    play = Play()
    play.floor(False)
    play.go_on(5, line_up=True)
    play.floor(True)
    play.go_on(5, line_up=False)
    assert play.films[0].at[0] > 5


def test_it_ends_at_once_with_the_floor() -> None:
    """Signalling goes on while media are dead."""
    play = Play()
    play.floor(True)
    play.go_on(5, line_up=False)
    play.floor(False)
    play.go_on(5, line_up=False)
    (film,) = play.films
    assert film.finished
    assert film.at[-1] <= 5
    play.floor(True, reception=4)
    play.go_on(3, line_up=False)
    assert play.films[1].at[0] > 10


def test_nobody_keeps_the_floor_for_ever() -> None:
    play = Play()
    play.floor(True)
    play.go_on(LONGEST_S + 60, line_up=False)
    (film,) = play.films
    assert film.finished
    assert play.limits == 1
    assert film.at[-1] <= LONGEST_S + 1
    play.go_on(1, line_up=True)
    play.go_on(3, line_up=False)
    assert len(play.films) == 2, "the next time is another one"


def test_a_link_that_is_joined_anew_is_no_line_that_is_down() -> None:
    play = Play()
    play.floor(True)
    for _ in range(5):
        play.go_on(DOWN_S - 0.2, line_up=False)
        play.go_on(1, line_up=True)
    assert not play.films


def test_where_there_is_no_room_it_is_tried_with_the_next_time() -> None:
    play = Play(room_left=False)
    play.floor(True)
    play.go_on(10, line_up=False)
    play.room_left = True
    play.go_on(10, line_up=False)
    assert not play.films
    play.go_on(1, line_up=True)
    play.go_on(3, line_up=False)
    assert len(play.films) == 1
    play.keeper.film_ended(play.films[0], broke=True)
    play.go_on(3, line_up=False)
    assert len(play.films) == 1


def test_the_servers_clock_is_the_quickest_messages() -> None:
    clock = ServerClock()
    assert clock.epoch(0.0) is None
    clock.told("nonsense", 1.0)
    clock.told("2026-11-23T08:00:00", 1.0)
    assert clock.epoch(0.0) is None
    clock.told("2026-11-23T08:00:00+00:00", 10.4)
    clock.told("2026-11-23T08:00:10+00:00", 20.1)  # came 0.3 s quicker
    clock.told("2026-11-23T08:00:20+00:00", 30.9)
    epoch = clock.epoch(20.1)
    assert epoch is not None
    assert datetime.fromtimestamp(epoch, UTC).isoformat() == "2026-11-23T08:00:10+00:00"
