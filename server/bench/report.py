"""What the bench found: figures with how often each was measured, as JSON and as one short table."""

from __future__ import annotations

import math
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby

from rich.table import Table

PACKAGES = ("tiepdan", "aiortc", "pylibsrtp", "uvloop", "aiohttp", "python-socketio", "av")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` None: it could not be measured, and `why` says why not."""

    name: str
    statistic: str  # "p50", "largest"; empty where there is one value only
    value: float | None
    unit: str
    measured: int  # how often: packets, rooms, changes
    why: str = ""

    @property
    def in_words(self) -> str:
        if self.value is None:
            return self.why
        return f"{self.statistic} {number(self.value)}".strip()


@dataclass(slots=True)
class Scenario:
    """`problems` are sentences about what broke: lost packets, rooms that never received."""

    name: str
    figures: list[Figure] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, name: str, value: float, unit: str, measured: int, statistic: str = "") -> None:
        self.figures.append(Figure(name, statistic, round(value, 4), unit, measured))

    def add_spread(self, name: str, values: Sequence[float], unit: str, shares: Sequence[float]) -> None:
        """Percentiles of `values`, one figure for each of `shares`, and the largest."""
        if not values:
            self.missing(name, unit, "nothing was seen")
            return
        for share in shares:
            self.add(name, percentile(values, share), unit, len(values), f"p{share * 100:g}")
        self.add(name, max(values), unit, len(values), "largest")

    def missing(self, name: str, unit: str, why: str) -> None:
        self.figures.append(Figure(name, "", None, unit, 0, why))

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.problems.append(otherwise)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; `values` not empty."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def machine() -> dict[str, object]:
    """Where it was measured; nothing that names the machine."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "unknown"
    return {
        "cores": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        "processor": _processor(),
        "kernel": platform.release(),
        "python": sys.version.split()[0],
        "packages": versions,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            return next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), "")
    except OSError:
        return platform.machine()


@dataclass(slots=True)
class BenchReport:
    rooms: int
    seconds: float
    scenarios: list[Scenario] = field(default_factory=list)
    started_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def ok(self) -> bool:
        return not any(scenario.problems for scenario in self.scenarios)

    def as_json(self) -> dict[str, object]:
        return {
            "started_at": self.started_at,
            "ended_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "rooms": self.rooms,
            "seconds": self.seconds,
            "load_average": os.getloadavg(),
            "scenarios": [asdict(scenario) for scenario in self.scenarios],
            "ok": self.ok,
        }

    def as_table(self) -> Table:
        table = Table("Scenario", "Figure", "Value", "Measured", title=f"{self.rooms} rooms")
        for scenario in self.scenarios:
            name = f"[bold]{scenario.name}[/]"
            for (words, unit), group in groupby(scenario.figures, key=lambda figure: (figure.name, figure.unit)):
                figures = list(group)
                value = " · ".join(figure.in_words for figure in figures)
                measured = f"{figures[0].measured:,} ×" if figures[0].measured else ""
                table.add_row(name, words, f"{value} {unit}" if measured else value, measured)
                name = ""
            for problem in scenario.problems:
                table.add_row(name, "[red]✗[/]", f"[red]{problem}[/]", "")
                name = ""
            table.add_section()
        table.add_row("[bold]Result[/]", "", "[bold green]✓ nothing broke[/]" if self.ok else "[bold red]✗[/]", "")
        return table


def number(value: float) -> str:
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"
