"""`python -m recordings`: the recorder process, started and watched by `tiepdan serve`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import uvloop

from recordings.process import Recorder
from recordings.store import Places
from signaling import logs


async def _run(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    recorder = Recorder(
        arguments.run_directory,
        Places(arguments.recordings_directory, arguments.spare_directory),
        arguments.signing_directory,
        arguments.segment_minutes,
        arguments.timestamp_url,
        isolated=arguments.isolated_sources,
    )
    await recorder.run(stop)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m recordings", description="Records the stage.")
    parser.add_argument("--run-directory", type=Path, required=True, help="where the processes' sockets are")
    parser.add_argument("--recordings-directory", type=Path, required=True)
    parser.add_argument("--spare-directory", type=Path, help="on another disk: takes over when the first refuses")
    parser.add_argument("--signing-directory", type=Path, required=True, help="where the signing keys are")
    parser.add_argument("--segment-minutes", type=float, default=5.0, help="length of one recorded segment")
    parser.add_argument("--timestamp-url", default="", help="authority (RFC 3161) that stamps what was sealed")
    parser.add_argument("--isolated-sources", action="store_true", help="record each picture for itself, too")
    arguments = parser.parse_args()
    if not arguments.segment_minutes > 0:
        parser.error("--segment-minutes must be above 0")
    logs.configure()
    uvloop.run(_run(arguments))
    return 0


if __name__ == "__main__":
    sys.exit(main())
