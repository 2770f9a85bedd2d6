"""Whoever starts a cluster and is killed leaves neither its processes nor its directory."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from server.bench.store.cluster import Cluster
from tests.waiting import eventually

_HOLDER = """
from server.bench.store.cluster import private_cluster
with private_cluster() as cluster:
    print(cluster.directory, flush=True)
    input()
"""


async def test_it_goes_with_a_test_run_that_is_killed(cluster: Cluster) -> None:
    """`cluster` is asked for only because it skips where PostgreSQL is missing."""
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLDER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    directory = Path((await holder.stdout.readline()).decode().strip())
    assert directory != cluster.directory
    assert (directory / ".s.PGSQL.5432").exists()
    server = int((directory / "data" / "postmaster.pid").read_text().split()[0])
    holder.kill()
    await holder.communicate()
    await eventually(lambda: "the directory is still there" if directory.exists() else None, 20)
    assert not Path(f"/proc/{server}").exists()
