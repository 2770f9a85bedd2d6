"""The media process: ``python -m server.media``. Started and watched by `tiepdan serve`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import uvloop

from server.media.plane import MediaPlane
from server.media.port import own_address
from server.media.tap_server import TapServer
from server.media.workers import worker_socket
from signaling import logs
from signaling.channel import Channel, ChannelClosed, serve
from signaling.ports import (
    CloseLink,
    DebugSnapshot,
    DebugWanted,
    Done,
    EndMeasuring,
    Failed,
    Frame,
    LinkOpened,
    MeasureLine,
    MediaStatus,
    OpenLink,
    RestartLink,
    SetStage,
)
from signaling.refusals import Refused
from signaling.wire.rtp import VideoCodec

log = logging.getLogger("tiepdan.media")

CANNOT_START = 2  # told to the supervisor: starting again would not help
COLLECT = (5000, 20, 50)  # new objects before the youngest are collected, and so on; few of ours have cycles
NICENESS = -5  # three times the share of a page or an export, where we may not come first altogether


class MediaProcess:
    """The plane, and the one channel to control. Without control everything goes on as it was last told."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        host, _, port = arguments.listen.rpartition(":")
        host = host.strip("[]")
        advertise, _, advertise_port = arguments.advertise.partition(":")
        if arguments.advertise.count(":") > 1:  # a bare IPv6 address
            advertise, advertise_port = arguments.advertise, ""
        self._run = Path(arguments.run_directory)
        self._worker: int = arguments.worker
        self._control: Channel | None = None
        self.plane = MediaPlane(
            host,
            int(port),
            (advertise or own_address(host), int(advertise_port or 0)),
            VideoCodec(arguments.codec),
            self._tell,
            self._run,
            arguments.worker,
            arguments.workers,
        )

    async def run(self) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        tap = None
        if self._worker == 0:
            tap = TapServer(self._run / "media-tap.sock", self.plane.stage, self.plane.codec)
        control = self._run / worker_socket(self._worker)
        server = await serve(control, self._converse)
        self.plane.start()
        log.info("media ready on UDP port %d, %s", self.plane.port.bound_port, self.plane.codec.value)
        await stop.wait()
        server.close()
        control.unlink(missing_ok=True)
        if self._control is not None:
            await self._control.close()
        await self.plane.stop()
        if tap is not None:
            tap.close()

    def _tell(self, frame: Frame) -> None:
        if self._control is not None:
            try:
                self._control.send(frame)
            except ChannelClosed:
                self._control = None

    async def _converse(self, channel: Channel) -> None:
        """Serve control. A new connection is a restarted control: the old one is ended."""
        previous, self._control = self._control, channel
        if previous is not None:
            await previous.close()
        async for frame, number in channel.frames():
            reply = self._obey(frame)
            if number is not None and not channel.closed:
                channel.send(reply, replying_to=number)
        if self._control is channel:
            self._control = None

    def _obey(self, frame: Frame) -> Frame:
        try:
            match frame:
                case OpenLink():
                    sdp = self.plane.open_link(frame.link, frame.room, frame.purpose, frame.sdp)
                    return LinkOpened(link=frame.link, sdp=sdp)
                case RestartLink():
                    return LinkOpened(link=frame.link, sdp=self.plane.restart_link(frame.link, frame.sdp))
                case MeasureLine():
                    return LinkOpened(
                        link=frame.link, sdp=self.plane.measure_line(frame.link, frame.room, frame.sdp)
                    )
                case EndMeasuring():
                    return self.plane.measuring.measured(frame.link)
                case CloseLink():
                    self.plane.close_link(frame.link)
                case SetStage():
                    self.plane.set_stage(frame)
                case DebugWanted():
                    return DebugSnapshot(objects=self.plane.debug_snapshot())
                case MediaStatus():
                    return self.plane.snapshot()
                case _:
                    log.warning("control sent %s, which media does not serve", type(frame).__name__)
        except Refused as refused:
            return Failed(refusal=refused.refusal)
        return Done()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m server.media", description=__doc__)
    parser.add_argument("--listen", required=True, help="HOST:PORT of the one UDP port")
    parser.add_argument("--advertise", default="", help="ADDRESS or ADDRESS:PORT that rooms send to")
    parser.add_argument("--run-directory", required=True, help="where the Unix sockets are")
    parser.add_argument("--codec", choices=[c.value for c in VideoCodec], default="h264")
    parser.add_argument("--worker", type=int, default=0, help="which one of --workers this is; 0 has the stage")
    parser.add_argument("--workers", type=int, default=1, help="how many media processes share the rooms")
    arguments = parser.parse_args()
    logs.configure()
    gc.freeze()  # what was imported lives for ever; a full collection that walks it holds up pictures
    gc.set_threshold(*COLLECT)
    _come_first()

    async def run() -> None:
        await MediaProcess(arguments).run()

    try:
        uvloop.run(run())
    except OSError as problem:  # the port or the address of TIEPDAN_MEDIA
        log.critical(
            "cannot start: UDP %s: %s. Set TIEPDAN_MEDIA to another one.", arguments.listen, problem.strerror
        )
        return CANNOT_START
    return 0


def _come_first() -> None:
    """A page, an export or a backup waits for a picture, never the other way round.

    By real time where that is allowed (root, or LimitRTPRIO of the unit): the kernel still keeps a twentieth of
    each core for all others. Else by niceness (LimitNICE), else as everybody.
    """
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR | os.SCHED_RESET_ON_FORK, os.sched_param(1))


if __name__ == "__main__":
    sys.exit(main())
