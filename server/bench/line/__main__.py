"""`python -m server.bench.line [PRESET …]`: the table of lines; all of them take about a quarter of an hour."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from rich.console import Console

from server.bench.line.browser_desk import chromium
from server.bench.line.namespaces import NamespacesMissing
from server.bench.line.presets import PRESETS
from server.bench.line.result import as_table
from server.bench.line.run import SEED, run_lines

WIDTH = 140  # of a table that goes to a file


def main() -> None:
    parser = argparse.ArgumentParser(description="What a room sees and hears behind a bad line")
    parser.add_argument("presets", nargs="*", help=f"some of: {', '.join(PRESETS)}; without any: all")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--report", type=Path, help="write the results as JSON, too")
    parser.add_argument("--desk", choices=("film", "browser"), default="browser" if chromium() else "film",
                        help="film: one layer of 1.5 Mbit/s; browser: Chromium with three")  # fmt: skip
    given = parser.parse_args()
    unknown = [name for name in given.presets if name not in PRESETS]
    if unknown:
        parser.error(f"came {unknown[0]!r}; allowed are {', '.join(PRESETS)}")
    presets = [PRESETS[name] for name in given.presets or PRESETS]
    errors = Console(stderr=True)
    try:
        results = asyncio.run(run_lines(presets, given.seed, given.desk, lambda words: errors.print(f"· {words}")))
    except NamespacesMissing as reason:
        parser.exit(3, f"{reason}\n")
    Console(width=None if sys.stdout.isatty() else WIDTH).print(as_table(results))
    if given.report is not None:
        given.report.write_text(json.dumps([result.as_json() for result in results], indent=2) + "\n")


if __name__ == "__main__":
    main()
