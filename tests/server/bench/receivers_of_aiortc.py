#!/usr/bin/env python
"""A program for `tiepdan bench --peer --receivers` on stock aiortc, which decodes: for a few rooms."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription

rooms: list[RTCPeerConnection] = []


async def described(room: RTCPeerConnection, made: RTCSessionDescription) -> dict[str, Any]:
    await room.setLocalDescription(made)
    return {"sdp": room.localDescription.sdp}


async def counted(room: RTCPeerConnection) -> tuple[int, int, int]:
    packets = octets = missing = 0
    for stats in (await room.getStats()).values():
        if stats.type == "inbound-rtp":
            packets, missing = packets + stats.packetsReceived, missing + stats.packetsLost
        elif stats.type == "transport":
            octets += stats.bytesReceived
    return packets, octets, missing


async def answer(do: str, room: int = 0, sdp: str = "") -> dict[str, Any]:
    if do == "counts":
        return {"rooms": [await counted(each) for each in rooms]}
    if do == "answer":
        await rooms[room].setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        return {}
    rooms.append(entered := RTCPeerConnection())
    if do == "offer":
        entered.addTransceiver("video", direction="recvonly")
        return await described(entered, await entered.createOffer())
    await entered.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
    return await described(entered, await entered.createAnswer())


async def main() -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        try:
            said = await answer(**json.loads(line))
        except Exception as problem:  # whatever it is: the one who asked is told
            said = {"failed": repr(problem)}
        print(json.dumps(said), flush=True)
    await asyncio.gather(*(room.close() for room in rooms))


asyncio.run(main())
