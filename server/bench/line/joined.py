"""Two namespaces joined by a line: the server's side and the room's side, and the hand on the line.

with joined_by_line(seed=1) as joined:
    joined.line.becomes(PRESETS["loss-5"].phases)
    ... run things by joined.server.command(...) and joined.room.command(...) ...
    joined.line.counted().down["lost"]
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from server.bench.line.asked import AskedProcess, asked_process
from server.bench.line.conditions import Phase
from server.bench.line.emulator import Answer, Request
from server.bench.line.namespaces import Namespace, move_in, namespace, readdress

SERVER_ADDRESS, ROOM_ADDRESS = "10.77.0.1", "10.77.0.2"
OTHER_ROOM_ADDRESS, BOUND_ANEW_ADDRESS = "10.77.0.3", "10.77.0.4"
PREFIX_LENGTH = 24
_numbers = itertools.count(1)


class HeldLine:
    """The emulator's process. Each question takes about a millisecond."""

    def __init__(self, process: AskedProcess) -> None:
        self._process = process

    def becomes(self, phases: Sequence[Phase]) -> Answer:
        """Begin these phases now; the counters at this moment. Raises ValueError for phases no line can have."""
        answer = self._ask(Request(phases=tuple(phases)))
        if answer.refused:
            raise ValueError(answer.refused)
        return answer

    def counted(self) -> Answer:
        return self._ask(Request())

    def _ask(self, request: Request) -> Answer:
        return Answer.model_validate_json(self._process.ask(request.model_dump_json()))


@dataclass(frozen=True, slots=True)
class Joined:
    server: Namespace
    room: Namespace
    line: HeldLine

    def router_binds_anew(self) -> None:
        """The server sees the room's UDP come from another address, and reaches it only there (NAT rebinding).

        The room notices nothing. Connections of TCP stay as they are. Both rules stand where packets arrive: there
        they are of the wire's size, with their checksums complete.
        """
        self.server.rules(_arriving(f"ip saddr {ROOM_ADDRESS} ip saddr set {BOUND_ANEW_ADDRESS};"))
        self.room.rules(
            _arriving(f"ip daddr {ROOM_ADDRESS} drop; ip daddr {BOUND_ANEW_ADDRESS} ip daddr set {ROOM_ADDRESS};")
        )

    def router_forgets(self) -> None:
        """As at the beginning."""
        self.server.rules("")
        self.room.rules("")

    def room_moves(self) -> None:
        """The room's address changes while everything runs on."""
        readdress(self.room, f"{ROOM_ADDRESS}/{PREFIX_LENGTH}", f"{OTHER_ROOM_ADDRESS}/{PREFIX_LENGTH}")

    def room_moves_back(self) -> None:
        readdress(self.room, f"{OTHER_ROOM_ADDRESS}/{PREFIX_LENGTH}", f"{ROOM_ADDRESS}/{PREFIX_LENGTH}")


def _arriving(rules: str) -> str:
    """nftables rules for UDP that comes over the line."""
    each = " ".join(f"iifname line meta l4proto udp {rule.strip()};" for rule in rules.split(";") if rule.strip())
    return f"table ip router {{ chain arriving {{ type filter hook prerouting priority raw; {each} }}; }}"


@contextmanager
def joined_by_line(seed: int) -> Iterator[Joined]:
    """Both namespaces and a line that passes everything at once until it is told otherwise.

    Raises namespaces.CommandFailed, asked.ProcessGone. Removes everything at its end.
    """
    number = next(_numbers)
    near, far = f"td{os.getpid()}n{number}", f"td{os.getpid()}f{number}"  # a pid has 7 digits at most
    emulator = (sys.executable, "-m", "server.bench.line.emulator", "--near", near, "--far", far)
    with (
        namespace("server") as server,
        namespace("room") as room,
        asked_process("line", (*emulator, "--seed", str(seed))) as process,
    ):
        process.hear()  # that the devices are there
        move_in(near, room, f"{ROOM_ADDRESS}/{PREFIX_LENGTH}")
        move_in(far, server, f"{SERVER_ADDRESS}/{PREFIX_LENGTH}")
        yield Joined(server, room, HeldLine(process))
