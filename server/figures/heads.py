"""The head of a form's table, for page, workbook and PDF: large groups above what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeadCell:
    text: str
    column: int  # 0 = first
    wide: int
    high: int


def head_rows(headings: Sequence[tuple[str, ...]]) -> list[list[HeadCell]]:
    """`headings`: of each column its groups and itself, from the outermost. One list for each line of the head."""
    depth = max(map(len, headings), default=0)
    lines: list[list[HeadCell]] = []
    for level in range(depth):
        line: list[HeadCell] = []
        column = 0
        while column < len(headings):
            path = headings[column][: level + 1]
            wide = 1
            if len(path) == level + 1:
                if len(headings[column]) > level + 1:
                    wide = _run(headings, column, path)
                last = len(headings[column]) == level + 1
                line.append(HeadCell(path[level], column, wide, depth - level if last else 1))
            column += wide
        lines.append(line)
    return lines


def _run(headings: Sequence[tuple[str, ...]], first: int, path: tuple[str, ...]) -> int:
    """How many columns from the first on stand under the same groups."""
    last = first
    while last < len(headings) and headings[last][: len(path)] == path and len(headings[last]) > len(path):
        last += 1
    return last - first
