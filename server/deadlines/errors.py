"""What this package refuses: always what came, what is allowed and, for a file, where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """Line 1 is the file's first; line 0 is the file as a whole. `column` is empty where a whole line is wrong."""

    file: str
    line: int
    column: str
    came: str
    allowed: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.line else self.file
        column = f", {self.column}" if self.column else ""
        return f"{where}{column}: came {self.came!r}, allowed is {self.allowed}"


class BadDataFile(Exception):
    """Everything that is wrong in the files, so that they are corrected once and not line by line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        super().__init__("\n".join(map(str, self.problems)))


class DeadlineRefused(Exception):
    """No deadline can be said. The subclass is the reason; `came` and `allowed` are facts for a sentence."""

    def __init__(self, came: str, allowed: str) -> None:
        super().__init__(f"came {came}, allowed is {allowed}")
        self.came, self.allowed = came, allowed


class YearNotCovered(DeadlineRefused):
    """The calendar does not list the public holidays of a year that is counted through."""

    def __init__(self, year: int, listed: int, allowed: str) -> None:
        super().__init__(f"the year {year} with {listed} public holidays listed", allowed)
        self.year = year


class NoRuleInForce(DeadlineRefused):
    """The table has no term for this duty on the day of the trigger."""


class SuspensionRefused(DeadlineRefused):
    pass


class ExtensionRefused(DeadlineRefused):
    pass
