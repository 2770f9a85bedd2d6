"""The instrument: it may lose and delay what it was told to, and nothing else."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from server.bench.line.conditions import Conditions, Phase
from server.bench.line.joined import SERVER_ADDRESS, Joined
from server.bench.line.namespaces import CommandFailed, namespace, remove_leftovers
from tests.lines.pouring import Poured

MODULE = (sys.executable, "-m", "tests.lines.pouring")
OF_A_DEAD_PROCESS = 4_194_305  # one above the highest process id a kernel gives


def poured(joined: Joined, rate_bps: float, seconds: float) -> tuple[int, Poured]:
    """How many went into the room's end of the line, and what came out at the server's."""
    with subprocess.Popen(
        joined.server.command(*MODULE, "receive"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as receiver:
        assert receiver.stdin is not None
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == "ready\n"
        sent = int(joined.room.run(*MODULE, "send", SERVER_ADDRESS, str(rate_bps), str(seconds)))
        counted = joined.line.counted()
        while counted.up["carried"] + counted.up["lost"] + counted.up["overflowed"] < sent:
            counted = joined.line.counted()
        receiver.stdin.close()
        return sent, Poured(**json.loads(receiver.stdout.read()))


def unhindered_ms(came: Poured) -> float:
    """What the line itself made of a delay: that of the quickest tenth; the others waited for the machine, too."""
    return statistics.quantiles(came.delays_ms, n=10)[0]


def test_it_carries_20_megabits_without_losing_a_packet_and_adds_less_than_2_ms(joined: Joined) -> None:
    sent, came = poured(joined, 20e6, 3)
    assert sent > 6000
    assert came.numbers == list(range(sent))
    assert unhindered_ms(came) < 2
    assert joined.line.counted().unwritten == 0


def test_it_delays_by_what_it_was_told(joined: Joined) -> None:
    slow = Conditions(delay_ms=150)
    joined.line.becomes([Phase(slow, slow)])
    sent, came = poured(joined, 2e6, 1)
    assert came.numbers == list(range(sent))
    assert min(came.delays_ms) >= 150
    assert unhindered_ms(came) < 152


def test_it_loses_what_it_was_told_and_says_how_much(joined: Joined) -> None:
    bad = Conditions(loss=0.05)
    joined.line.becomes([Phase(bad, Conditions())])
    sent, came = poured(joined, 10e6, 2)
    counted = joined.line.counted()
    assert counted.up["offered"] == sent
    assert counted.up["lost"] == sent - len(came.numbers)
    assert counted.up["lost"] / sent == pytest.approx(0.05, abs=0.025)
    assert counted.down["offered"] == 0


def test_a_thin_line_lets_its_rate_pass(joined: Joined) -> None:
    thin = Conditions(rate_bps=500e3, queue_bytes=32_000)
    joined.line.becomes([Phase(thin, thin)])
    _, came = poured(joined, 2e6, 2)
    # two seconds' worth, and what was in the queue at the end
    assert len(came.numbers) * 1228 * 8 == pytest.approx(2 * 500e3 + 32_000 * 8, rel=0.05)
    # and most of them waited in a full queue; of the last few who reads them late would add to it
    assert statistics.median(came.delays_ms) == pytest.approx(32_000 * 8 / 500, rel=0.05)


def test_large_segments_are_cut_before_they_reach_the_line(joined: Joined) -> None:
    """TCP hands the kernel 64 KB at a time; a line sees packets of its MTU."""
    script = (
        "import socket, sys\n"
        "if sys.argv[1] == 'server':\n"
        "    with socket.create_server(('0.0.0.0', 9998)) as door:\n"
        "        print('ready', flush=True)\n"
        "        with door.accept()[0] as sock:\n"
        "            print(sum(len(piece) for piece in iter(lambda: sock.recv(65536), b'')))\n"
        "else:\n"
        "    with socket.create_connection((sys.argv[2], 9998)) as sock:\n"
        "        sock.sendall(bytes(1_000_000))\n"
    )
    with subprocess.Popen(
        joined.server.command(sys.executable, "-c", script, "server"), stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        joined.room.run(sys.executable, "-c", script, "room", SERVER_ADDRESS)
        assert server.stdout.read() == "1000000\n"
    counted = joined.line.counted()
    assert counted.unwritten == 0
    assert counted.up["offered"] > 1_000_000 / 1448
    assert counted.up["offered_bytes"] / counted.up["offered"] <= 1500


def test_phases_no_line_can_have_are_refused_and_it_goes_on(joined: Joined) -> None:
    with pytest.raises(ValueError, match="at least one phase"):
        joined.line.becomes([])
    sent, came = poured(joined, 1e6, 0.2)
    assert len(came.numbers) == sent


def test_namespaces_of_a_run_that_crashed_are_removed(possible: None) -> None:
    with namespace("kept") as kept:
        left = f"tiepdan-{OF_A_DEAD_PROCESS}-1-room"
        subprocess.run(("ip", "netns", "add", left), check=True)
        assert remove_leftovers() == [left]
        assert Path(f"/run/netns/{kept.name}").exists()
        assert not Path(f"/run/netns/{left}").exists()
    assert not Path(f"/run/netns/{kept.name}").exists()
    assert kept.name.startswith(f"tiepdan-{os.getpid()}-")


def test_a_rule_drops_all_udp_and_nothing_else(joined: Joined) -> None:
    joined.room.rules("table inet t { chain out { type filter hook output priority 0; meta l4proto udp drop; }; }")
    with pytest.raises(CommandFailed, match="Operation not permitted"):
        joined.room.run(*MODULE, "send", SERVER_ADDRESS, "1e6", "0.1")
    joined.room.rules("")
    sent, came = poured(joined, 1e6, 0.1)
    assert len(came.numbers) == sent
