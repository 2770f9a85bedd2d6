"""A source in a thread of its own: opened, paced, tried again when it fails, ended and waited for.

Encoding and reading block, so they are no business of the event loop; FFmpeg's objects belong to one thread, so
there is one thread to a source. A source that is not live has a thread only while the room is on air.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable

from room_client.sources.contract import EncodedFrame, Source, SourceProblem, SourceUnusable
from room_client.sources.ear import Hears
from signaling.sound_level import QUIET_S

MOST_WAITING = 30  # frames the event loop has not taken: then drop up to the next key frame
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 5.0  # who plugs a camera in again looks at the screen and waits
STEADY_S = 10.0  # what gave for so long begins its pauses anew; what comes and goes must not fill the log
LATEST_S = 0.5  # a source further behind its own clock than this is set right instead of run after
_SLEEP_S = 0.5  # longest wait without looking whether to end


class Feed:
    """Give it callbacks, `start` it, `stop` it. The callbacks run on the event loop."""

    def __init__(
        self,
        name: str,
        source: Source,
        codec: str,
        deliver: Callable[[EncodedFrame, float], None],
        on_problem: Callable[[SourceUnusable | None], None],
        *,
        tells_first: bool = False,
    ) -> None:
        """`deliver` gets each frame and the monotonic time at which the source was opened (0 ticks).

        `on_problem` hears why the source gives nothing, and None when it gives again; with `tells_first` also
        when it gives for the first time.
        """
        self._source = source
        self._codec = codec
        self._deliver = deliver
        self._on_problem = on_problem
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[None] = self._loop.create_future()
        self._stopping = threading.Event()
        self._on_air = threading.Event()
        self._waiting: deque[tuple[EncodedFrame, float]] = deque()
        self._thread = threading.Thread(target=self._run, name=f"room {name}", daemon=True)
        self._need_key = True
        self._failed = False
        self._tells_first = tells_first
        self._ear = source.ear if source.live and isinstance(source, Hears) else None  # a file may have its pauses
        self._silent = False
        self._step_since: float | None = None

    @property
    def source(self) -> Source:
        return self._source

    def start(self) -> None:
        self._thread.start()

    def set_on_air(self, on_air: bool) -> None:
        """Only on air are frames delivered. Going on air begins with a key frame."""
        if on_air and not self._on_air.is_set():
            self._need_key = True
            self._source.want_key_frame()
            self._on_air.set()
        elif not on_air:
            self._on_air.clear()

    def want_key_frame(self) -> None:
        self._source.want_key_frame()

    def stuck_s(self, now_s: float) -> float:
        """How long the source has been in one step, which only a library or a driver that hangs makes long."""
        since = self._step_since
        return 0.0 if since is None else now_s - since

    async def stop(self) -> None:
        """Ends within one read of the source: at once for files, at most some seconds for a dead camera."""
        self._on_air.clear()
        self._stopping.set()
        if self._thread.ident is None:
            return
        await self._done
        self._thread.join()

    # --- in the thread -------------------------------------------------------------------------

    def _run(self) -> None:
        pause = FIRST_PAUSE_S
        try:
            while not self._stopping.is_set():
                began_s = time.monotonic()
                try:
                    self._step_since = began_s
                    self._source.open(self._codec)
                    self._step_since = None
                    self._read_on()
                except SourceUnusable as error:
                    self._fail(error)
                except Exception as error:  # a source must not end silently, whatever its library raised
                    self._fail(SourceUnusable(SourceProblem.UNREADABLE, type(error).__name__))
                finally:
                    self._step_since = time.monotonic()
                    self._source.close()
                    self._step_since = None
                if time.monotonic() - began_s > STEADY_S:
                    pause = FIRST_PAUSE_S
                if self._failed:
                    self._stopping.wait(pause)
                    pause = min(LONGEST_PAUSE_S, pause * 2)
        finally:
            self._post(self._finish)

    def _fail(self, problem: SourceUnusable) -> None:
        """Said once, until it gives again; and that it gives, when it does and not when it can be opened."""
        if not self._failed:
            self._tell(problem)
        self._failed, self._silent = True, False

    def _read_on(self) -> None:
        source = self._source
        opened_at = time.monotonic()
        if not source.live:
            self._works()  # it is read when it is wanted
        while not self._stopping.is_set():
            on_air = self._on_air.is_set()
            if not on_air and not source.live:
                self._on_air.wait(_SLEEP_S)
                opened_at = time.monotonic()
                continue
            self._step_since = time.monotonic()
            frame = source.read(on_air)
            self._step_since = None
            self._works()
            self._listen()
            if frame is None or not on_air:
                continue
            if not source.live:
                due = opened_at + frame.ticks / source.clock_hz
                late = time.monotonic() - due
                if late > LATEST_S:
                    opened_at += late
                elif late < 0:
                    self._stopping.wait(-late)
            self._offer(frame, opened_at)

    def _works(self) -> None:
        if self._failed or self._tells_first:
            self._failed = self._tells_first = False
            self._tell(None)

    def _listen(self) -> None:
        """A microphone that gives silence stays open: it is heard again as soon as somebody switches it on."""
        silent = self._ear is not None and self._ear.dead_s >= QUIET_S
        if silent != self._silent:
            self._silent = silent
            self._tell(SourceUnusable(SourceProblem.SILENT, "") if silent else None)

    def _offer(self, frame: EncodedFrame, opened_at: float) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._need_key = True
            self._source.want_key_frame()
        if self._need_key and not frame.key:
            return
        if len(self._waiting) < MOST_WAITING:
            self._need_key = False
            self._waiting.append((frame, opened_at))
            self._post(self._take)

    def _tell(self, problem: SourceUnusable | None) -> None:
        self._post(lambda: self._on_problem(problem))

    def _post(self, what: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(what)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            self._stopping.set()

    # --- on the loop ---------------------------------------------------------------------------

    def _take(self) -> None:
        if not self._waiting:
            return
        frame, opened_at = self._waiting.popleft()
        if self._on_air.is_set():
            self._deliver(frame, opened_at)

    def _finish(self) -> None:
        if not self._done.done():
            self._done.set_result(None)
