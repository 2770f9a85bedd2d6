"""What a process costs, as the kernel counts it (proc(5))."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds of all threads since the process began, resident memory, and when it was looked at."""

    cpu_s: float
    resident_bytes: int
    at: float  # monotonic


def cost_of(pid: int) -> Cost:
    """Raises ProcessLookupError. CPU time is counted in ticks of 10 ms: look at spans of seconds."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    fields = stat.rpartition(")")[2].split()
    return Cost((int(fields[11]) + int(fields[12])) * TICK_S, resident * PAGE_BYTES, time.monotonic())


def costs_of(pids: Sequence[int]) -> Cost:
    """Of several processes together, for instance all media workers. Raises ProcessLookupError."""
    costs = [cost_of(pid) for pid in pids]
    return Cost(sum(c.cpu_s for c in costs), sum(c.resident_bytes for c in costs), time.monotonic())


def command_of(pid: int) -> str:
    """The command line; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def find_processes(*signs: str) -> list[int]:
    """Processes whose command line holds all `signs`, the youngest last."""
    numbers = sorted(int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit())
    return [pid for pid in numbers if all(sign in command_of(pid) for sign in signs)]


def parent_of(pid: int) -> int:
    """Raises ProcessLookupError."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError as error:
        raise ProcessLookupError(f"process {pid} has ended") from error
    return int(stat.rpartition(")")[2].split()[1])


def children_of(pid: int) -> list[int]:
    """Of the process' first thread, which is where asyncio starts them."""
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
