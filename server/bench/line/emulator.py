"""The process that is the line: two TUN devices, one `Line` each way, one thread.

    python -m server.bench.line.emulator --near NAME --far NAME --seed N

It says `{"ready": true}` when the devices are there (its starter moves them into their namespaces), then
answers every line on stdin with one on stdout: a `Request` with an `Answer`. It ends with the end of stdin.

`select` is used because its timeout is good to the microsecond; epoll's is rounded up to the millisecond.
"""

from __future__ import annotations

import argparse
import math
import os
import select
import sys
import time
from contextlib import suppress
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError

from server.bench.line.conditions import Conditions, Phase, downstream, upstream
from server.bench.line.line import Line
from server.bench.line.tun import LARGEST_PACKET, open_tun

READS_PER_TURN = 64  # of one device, before the other one and the clock are looked at
LONGEST_REQUEST = 65_536
REAL_TIME_PRIORITY = 1  # any: what is measured shares the cores with the instrument, and the instrument goes first


class Request(BaseModel):
    """`phases`: begin them now; None: leave the line as it is."""

    model_config = ConfigDict(extra="forbid")
    phases: tuple[Phase, ...] | None = None


class Answer(BaseModel):
    """Counters of each direction since the start. `refused`: what was wrong with the request."""

    up: dict[str, int]
    down: dict[str, int]
    unwritten: int  # packets that came out and that the kernel would not take: the device is down
    refused: str = ""


@dataclass(slots=True)
class Direction:
    source: int  # descriptors
    sink: int
    line: Line


class Emulator:
    """Owns the two descriptors it is given, and reads requests from a third one."""

    def __init__(self, near: int, far: int, requests: int, seed: int) -> None:
        now_s = time.monotonic()
        free = [(math.inf, Conditions())]
        self._up = Direction(near, far, Line(free, seed, now_s))
        self._down = Direction(far, near, Line(free, seed + 1, now_s))
        self._requests = requests
        self._unwritten = 0
        self._half_request = b""

    def run(self) -> None:
        """Until the requests end."""
        watched = [self._up.source, self._down.source, self._requests]
        while True:
            readable, _, _ = select.select(watched, (), (), self._emit())
            if self._up.source in readable:
                self._take(self._up)
            if self._down.source in readable:
                self._take(self._down)
            if self._requests in readable and not self._answer_requests():
                return

    def close(self) -> None:
        os.close(self._up.source)
        os.close(self._down.source)

    def _emit(self) -> float | None:
        """Write what is due; the seconds until more is."""
        soonest = math.inf
        for direction in (self._up, self._down):
            for packet in direction.line.poll_output(time.monotonic()):
                try:
                    os.write(direction.sink, packet)
                except OSError:
                    self._unwritten += 1
            due_s = direction.line.poll_timeout()
            if due_s is not None:
                soonest = min(soonest, due_s)
        return None if soonest == math.inf else max(0.0, soonest - time.monotonic())

    def _take(self, direction: Direction) -> None:
        with suppress(BlockingIOError):
            for _ in range(READS_PER_TURN):
                packet = os.read(direction.source, LARGEST_PACKET)
                direction.line.handle_input(packet, time.monotonic())

    def _answer_requests(self) -> bool:
        """False: there will be no more."""
        came = os.read(self._requests, LONGEST_REQUEST)
        if not came:
            return False
        *lines, self._half_request = (self._half_request + came).split(b"\n")
        for line in lines:
            print(self._answer(line).model_dump_json(), flush=True)
        return True

    def _answer(self, line: bytes) -> Answer:
        refused = ""
        try:
            phases = Request.model_validate_json(line).phases
            if phases is not None:
                now_s = time.monotonic()
                self._up.line.change(upstream(phases), now_s)
                self._down.line.change(downstream(phases), now_s)
        except ValidationError as error:
            refused = f"{error.error_count()} fields are wrong: {error.errors()[0]['msg']}"
        except ValueError as error:
            refused = str(error)
        return Answer(
            up=self._up.line.counters.as_json(),
            down=self._down.line.counters.as_json(),
            unwritten=self._unwritten,
            refused=refused,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description="A line between two TUN devices")
    parser.add_argument("--near", required=True, help="name of the device on the room's side")
    parser.add_argument("--far", required=True, help="name of the device on the server's side")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with suppress(OSError):  # without the right it is less exact under load, and as correct
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(REAL_TIME_PRIORITY))
    emulator = Emulator(open_tun(arguments.near), open_tun(arguments.far), sys.stdin.fileno(), arguments.seed)
    try:
        print('{"ready": true}', flush=True)
        emulator.run()
    except KeyboardInterrupt:
        pass
    finally:
        emulator.close()


if __name__ == "__main__":
    main()
