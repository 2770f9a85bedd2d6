"""What was found: a row for each question, a column for each database, and whether each kept the aim."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from rich.table import Table

from server.bench.report import machine
from server.bench.store.asking import Answered

AIM_MS = 300.0


@dataclass(slots=True)
class StoreReport:
    """`answered` by the name of the database; `missing` says why one was not measured."""

    petitions: int
    still_open: int
    receptions: int
    answered: dict[str, list[Answered]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def slow(self) -> list[str]:
        return [
            f"{of}: {found.name}: {found.median_ms:.0f} ms"
            for of, answers in self.answered.items()
            for found in answers
            if found.median_ms > AIM_MS
        ]

    @property
    def ok(self) -> bool:
        return not self.slow

    def as_json(self) -> dict[str, object]:
        return {"machine": machine(), **asdict(self), "aim_ms": AIM_MS, "slow": self.slow, "ok": self.ok}

    def as_table(self) -> Table:
        title = f"{self.petitions:,} petitions, {self.still_open:,} of them open; {self.receptions:,} receptions"
        table = Table("median of the answer by HTTP, ms (slowest)", *self.answered, title=title)
        for found in zip(*self.answered.values(), strict=True):
            table.add_row(found[0].name, *(_words(each) for each in found))
        for name, why in self.missing.items():
            table.add_row(f"{name} was not measured: {why}")
        table.add_row("[bold]Result[/]", "[green]✓ each within the aim[/]" if self.ok else "[red]✗ not each[/]")
        return table


def _words(found: Answered) -> str:
    colour = "red" if found.median_ms > AIM_MS else "default"
    return f"[{colour}]{found.median_ms:.0f}[/] ({found.slowest_ms:.0f})"
