"""A PostgreSQL cluster of one's own, for a measurement or the tests: a Unix socket in a directory that goes
with it.

A shell owns the server and the directory: it gets SIGTERM when whoever started it ends, however that ends, stops
the server at once and removes everything. Nothing is synced to disk. The language is Vietnamese and the clock the
province's, so that what leans on the order of bytes or on UTC is found.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from server.supervisor import die_with

READY_WITHIN_S = 60.0
_DEBIAN = Path("/usr/lib/postgresql")
_ACCOUNT = "postgres"  # who runs it where we are root: the server refuses to
_RUN = """
server=
trap 'test -z "$server" || kill -QUIT "$server"' TERM
trap 'rm -rf "$2"' EXIT
"$1/initdb" --pgdata "$2/data" --username tiepdan --auth trust --no-sync --encoding UTF8 --locale C.UTF-8 \
    --locale-provider icu --icu-locale vi || exit
"$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c autovacuum=off -c timezone=Asia/Ho_Chi_Minh &
server=$!
wait "$server"
wait "$server"
"""


class PostgresqlMissing(Exception):
    """No server of PostgreSQL is installed here, or it does not start; the message says which."""


@dataclass(frozen=True, slots=True)
class Cluster:
    directory: Path

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://tiepdan@/{name}?host={self.directory}"

    def create(self, name: str, template: str = "template1", *, more: str = "") -> str:
        """A new database, empty or a copy of one that nobody is connected to; its URL. `more`: SQL, as it is."""
        self._say(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {more}')
        return self.url(name)

    def drop(self, name: str) -> None:
        """Whoever is still connected is put out."""
        self._say(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _say(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """A running cluster; stopped and removed afterwards. Raises PostgresqlMissing."""
    if find_spec("psycopg") is None:
        raise PostgresqlMissing("psycopg is not installed (pip install 'psycopg[binary]')")
    programs = _programs()
    directory = Path(tempfile.mkdtemp(prefix="tiepdan-postgresql-", dir="/tmp"))
    account: dict[str, object] = {}
    if os.geteuid() == 0:
        found = pwd.getpwnam(_ACCOUNT)
        os.chown(directory, found.pw_uid, found.pw_gid)
        account = {"user": found.pw_uid, "group": found.pw_gid, "extra_groups": []}
    with tempfile.TemporaryFile() as said:
        shell = subprocess.Popen(
            ["/bin/sh", "-c", _RUN, "sh", str(programs), str(directory)],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd="/",
            preexec_fn=die_with(os.getpid()), start_new_session=True, **account,  # type: ignore[call-overload]
        )  # fmt: skip
        try:
            cluster = Cluster(directory)
            if not _answers(cluster, shell):
                said.seek(0)
                raise PostgresqlMissing(
                    f"PostgreSQL does not start: {said.read()[-400:].decode(errors='replace')}"
                )
            yield cluster
        finally:
            shell.terminate()
            shell.wait()


def _programs() -> Path:
    """Where initdb and postgres are: Debian keeps them off the PATH, a folder for each version."""
    versions = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    if found is None:
        raise PostgresqlMissing("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    return Path(found).resolve().parent


def _answers(cluster: Cluster, shell: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + READY_WITHIN_S
    engine = create_engine(cluster.url("postgres"), poolclass=NullPool)
    while time.monotonic() < deadline and shell.poll() is None:
        try:
            engine.connect().close()
        except OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False
