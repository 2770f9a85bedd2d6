"""`tiepdan bench`, run for real with a few rooms, and side by side with Janus where that can be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from server.bench.capacity import check_load
from server.bench.line.namespaces import REQUIRED, why_not
from server.bench.peer.janus import why_no_janus
from server.bench.store.cluster import Cluster
from server.bench.store.run import measure_store
from server.commands.context import today
from server.settings import Settings

REQUIRED_PEER = "TIEPDAN_REQUIRE_JANUS"


def _bench(tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], dict[str, object]]:
    file = tmp_path / "bench.json"
    run = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", *arguments, "--json", str(file)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    return run, json.loads(file.read_text()) if file.exists() else {}


def test_five_rooms_for_a_few_seconds(tmp_path: Path) -> None:
    wanted = ("join", "capacity", "delay", "storm")
    options = [word for name in wanted for word in ("--only", name)]
    run, found = _bench(tmp_path, "--rooms", "5", "--seconds", "3", "--processes", "2", *options)
    assert run.returncode == 0, run.stdout + run.stderr
    scenarios = {scenario["name"]: scenario for scenario in found["scenarios"]}  # type: ignore[attr-defined]
    assert list(scenarios) == ["join", "capacity", "delay", "storm: all at once", "storm: media process killed"]
    capacity = {figure["name"]: figure["value"] for figure in scenarios["capacity"]["figures"]}
    assert capacity["lost"] == 0
    assert capacity["media, CPU per delivered packet"] > 0
    assert capacity["decrypted as proof"] > 0
    assert scenarios["join"]["figures"][0]["measured"] == 5
    added = [figure for figure in scenarios["delay"]["figures"] if figure["name"] == "added, seen from outside"]
    assert [figure["statistic"] for figure in added] == ["p50", "p99", "largest"]
    assert 0 < added[0]["value"] <= added[1]["value"] <= added[2]["value"]
    assert added[0]["measured"] > 1000  # three rooms, 250 packets a second, about two seconds
    assert not list(tmp_path.glob("tiepdan-*")), "a data directory was left behind"


async def test_load_generator_knows_its_own_price() -> None:
    cost_us, packets = await check_load()
    assert packets > 20_000
    assert 0.1 < cost_us < 100


@pytest.fixture
def peer() -> None:
    for reason, variable in ((why_no_janus(), REQUIRED_PEER), (why_not(), REQUIRED)):
        if reason is not None:
            if os.environ.get(variable):
                pytest.fail(reason)
            pytest.skip(reason)


@pytest.mark.usefixtures("peer")
def test_side_by_side_with_janus(tmp_path: Path) -> None:
    run, found = _bench(tmp_path, "--peer", "--rooms", "3", "--seconds", "2", "--rounds", "1")
    assert run.returncode == 0, run.stdout + run.stderr
    turns = found["turns"]
    assert isinstance(turns, list)
    assert [turn["server"] for turn in turns] == ["tiepdan", "janus"]
    for turn in turns:
        assert turn["receivers"] == 3
        assert turn["packets"] > 500
        assert turn["dropped_by_load"] == 0
    assert isinstance(found["ratio_of_medians"], float)


@pytest.mark.usefixtures("peer")
def test_side_by_side_with_receivers_that_are_not_ours(tmp_path: Path) -> None:
    program = tmp_path / "receivers"
    program.write_text(f"#!{sys.executable}\n{(Path(__file__).parent / 'receivers_of_aiortc.py').read_text()}")
    program.chmod(0o755)
    run, found = _bench(
        tmp_path, "--peer", "--rooms", "2", "--seconds", "2", "--rounds", "1", "--receivers", str(program)
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert found["receivers"] == "receivers"
    assert [turn["server"] for turn in found["turns"]] == ["tiepdan", "janus"]  # type: ignore[attr-defined]
    for turn in found["turns"]:  # type: ignore[attr-defined]
        assert turn["receivers"] == 2
        assert turn["packets"] > 300
        assert turn["cpu_per_packet_us"] > 0


@pytest.mark.usefixtures("peer")
def test_a_program_that_is_none_is_named(tmp_path: Path) -> None:
    program = tmp_path / "receivers"
    program.write_text('#!/bin/sh\nread question; echo \'{"failed": "no such codec"}\'\n')
    program.chmod(0o755)
    run, found = _bench(tmp_path, "--peer", "--rooms", "1", "--rounds", "1", "--receivers", str(program))
    assert run.returncode == 1
    assert "offer: no such codec" in run.stderr
    assert not found


def test_refuses_with_a_sentence_where_janus_is_missing(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "server.cli", "bench", "--peer", "--rooms", "1"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"PATH": str(tmp_path), "PYTHONUTF8": "1", "TMPDIR": str(tmp_path)},
    )
    assert run.returncode == 1
    assert "The comparison cannot be run: Janus is not installed (Debian package janus)." in run.stderr


async def test_the_store_of_a_thousand_petitions(cluster: Cluster) -> None:
    """`cluster` is asked for only because it skips where PostgreSQL is missing."""
    found = await measure_store(Settings(_env_file=None), 1000, today(), lambda _words: None, times=1)  # type: ignore[call-arg]
    # Whether each answer comes in time is for the benchmark to say, on a machine of its own; here all were asked.
    assert (found.petitions, found.receptions) == (1000, 125)
    assert 20 < found.still_open < 200
    assert list(found.answered) == ["SQLite", "PostgreSQL"]
    assert len(found.answered["SQLite"]) == len(found.answered["PostgreSQL"]) > 20
    assert all(0 < each.median_ms <= each.slowest_ms for each in found.answered["SQLite"])
    assert json.loads(json.dumps(found.as_json()))["aim_ms"] == 300
    assert found.as_table().row_count == len(found.answered["SQLite"]) + 1
