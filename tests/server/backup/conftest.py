"""An installation whose database is the demonstration province, and `tiepdan database` as a process on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.backup.manifest import Facts, facts_of
from server.cli import app
from server.data.engine import Database
from server.data.secret import load_secret
from server.people import audit
from tests.database import Store, opened
from tests.server.demo.office import filled_template


@dataclass
class Installation:
    """A data directory and its database."""

    data: Path
    url: str
    to: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        ours = {"TIEPDAN_DATA": str(self.data), "TIEPDAN_DATABASE": self.url, "COLUMNS": "400"}
        return {"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **ours, **self.environment}

    def run(self, *words: object, code: int = 0) -> str:
        """`tiepdan database …`, here: what it said, on one line. (A process of its own takes seconds to begin.)"""
        done = CliRunner().invoke(app, ["database", *map(str, words)], env=self.settings)
        assert done.exit_code == code, done.output
        return " ".join(done.output.split())

    def process(self, *words: object) -> str:
        """The same as a process."""
        command = [sys.executable, "-m", "server.cli", "database", *map(str, words)]
        done = subprocess.run(command, env=self.settings, capture_output=True, text=True, timeout=100, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join((done.stdout + done.stderr).split())

    def backup(self, *words: object, code: int = 0) -> str:
        return self.run("backup", "--to", self.to, *words, code=code)

    @property
    def files(self) -> list[Path]:
        """All of the directory for backups, what is hidden too."""
        return sorted(self.to.iterdir())

    def facts(self) -> Facts:
        database = Database(self.url)
        try:
            return database.run_here(facts_of)
        finally:
            database.close()

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")


@pytest.fixture
def installation(store: Store, tmp_path: Path) -> Iterator[Installation]:
    url = store.copy(filled_template(store))
    data = tmp_path / "data"
    load_secret(data)
    try:
        yield Installation(data, url, tmp_path / "backups")
    finally:
        store.drop(url)


@pytest.fixture
def elsewhere(store: Store, tmp_path: Path) -> Iterator[Installation]:
    """Another installation, with nothing in it."""
    url = store.empty()
    try:
        yield Installation(tmp_path / "elsewhere", url, tmp_path / "backups")
    finally:
        store.drop(url)


@pytest.fixture
def peopled_elsewhere(elsewhere: Installation) -> Installation:
    """The same with the schema and one row."""
    with opened(elsewhere.url) as database:
        database.run_here(lambda session: audit.record(session, "system", "test"))
    return elsewhere
