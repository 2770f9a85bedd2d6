"""Random and nearly valid datagrams, from strangers and in the rooms' own names: nobody's link ends, nothing
grows, the recording is whole (OWASP ASVS 5.0, 17.2.3, 17.2.4).

At fifty thousand a second nothing at all is lost. As fast as one machine can send to itself the kernel's buffer
overflows whenever the process has not its turn, and drops a share of everybody's packets, the rooms' own too:
then pictures may be missing, and what must hold is that nothing ends and everything goes on.

In the rooms' names only where a raw socket is allowed; TIEPDAN_REQUIRE_FORGING forbids doing without.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.hostile.flooding import can_forge
from tests.hostile.intruder import Intruder
from tests.hostile.reception import Reception, recorded_reception

PACKETS = 1_000_000
MOST_GROWTH_MB = 20
MOST_LOG_LINES = 100
ONCE_MORE = 5  # SRTP refuses what it has seen: a repeat that comes twice counts as undecryptable


async def fire(reception: Reception, intruder: Intruder, forge: bool, per_second: int) -> dict[str, float]:
    """All of it, from a process of its own; what that process says it did."""
    slots = [ssrc for part in intruder.answer.parts.values() for ssrc in part.ssrcs]
    options = [
        ("--port", reception.media.port),
        ("--count", PACKETS),
        ("--per-second", per_second),
        ("--ufrag", intruder.answer.ice_ufrag),
    ]
    options += [("--ssrc", ssrc) for ssrc in reception.upstream_ssrcs() + slots]
    options += [("--forge", port) for port in reception.own_ports() if forge]
    words = [str(word) for option in options for word in option]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.hostile.flooding", *words, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    result: dict[str, float] = json.loads(said)
    return result


@pytest.mark.parametrize("per_second", [50_000, 0], ids=["within what one core takes", "as fast as it goes"])
async def test_a_million_packets(tmp_path: Path, per_second: int) -> None:
    forge = can_forge()
    if not forge and os.environ.get("TIEPDAN_REQUIRE_FORGING"):
        pytest.fail("TIEPDAN_REQUIRE_FORGING is set, and this process may not open a raw socket (CAP_NET_RAW)")
    async with recorded_reception(tmp_path) as reception:
        intruder = Intruder(reception.media)
        try:
            await intruder.negotiate("06658")
            overheard = intruder.identity
            before, arrived = reception.received(), (await reception.media.status()).packets_in
            memory_mb, lines = reception.memory_mb(), reception.log_lines()
            pictures = reception.camera.pictures_sent
            fired = await fire(reception, intruder, forge, per_second)
            during = reception.received()
            arrived = (await reception.media.status()).packets_in - arrived
            grown_mb = reception.memory_mb() - memory_mb
            print(f"{fired}, {arrived} arrived, memory +{grown_mb:.1f} MB, {reception.process.cpu_times()}")
            assert fired["sent"] >= PACKETS
            assert arrived >= PACKETS / (2 if per_second else 5), "most of it never reached the process"
            sent = reception.camera.pictures_sent - pictures
            for earlier, later in zip(before, during, strict=True):
                assert not later.ended
                assert later.packets - earlier.packets >= sent * (0.9 if per_second else 0.5), (
                    "the rooms starved while the port was busy"
                )
            await reception.everybody_receives()
            for earlier, later in zip(during, reception.received(), strict=True):
                assert later.undecryptable - earlier.undecryptable <= ONCE_MORE
            assert [link for link in reception.closed() if link.link != overheard] == []
            assert reception.memory_mb() - memory_mb < MOST_GROWTH_MB
            assert reception.log_lines() - lines < MOST_LOG_LINES
            await intruder.negotiate("06661")  # the first one's time to come has run out by now
            assert await intruder.check(), "a check that is right is still answered"
            await reception.sealed_whole(gaps_allowed=not per_second)
        finally:
            intruder.close()
