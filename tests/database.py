"""Databases to test on: migrated and filled once, copied for each test; SQLite and PostgreSQL alike.

A test that takes its database from `store` runs on both. The scenarios of a live reception do not: they have a
clock, and write their rows by few functions; one whole reception is played on PostgreSQL in
`tests/server/rehearsal`, and `receptions_live` cuts its connections.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.util import LRUCache
from sqlmodel import Session

from server.bench.store.cluster import Cluster, PostgresqlMissing, private_cluster
from server.data.engine import Database
from server.data.schema import upgrade
from server.data.urls import sqlite_url

Filling = Callable[[Session], object]
_KEPT = 2_000  # statements
_compiled: dict[str, tuple[Dialect, LRUCache[Any, Any]]] = {}


class Store(ABC):
    """Where databases are made: each a URL, dropped by whoever asked for it."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._templates: dict[str, str] = {}

    @abstractmethod
    def empty(self) -> str:
        """A database without tables."""

    @abstractmethod
    def copy(self, template: str) -> str: ...

    @abstractmethod
    def drop(self, url: str) -> None: ...

    def made(self, name: str, make: Callable[[Database], object]) -> str:
        """A database to be copied: what `make` makes of one without tables, once for each name."""
        return self._template(name, self.empty, make)

    def template(self, name: str, *fillings: Filling) -> str:
        """The same, migrated and filled."""
        if not fillings:
            return self.made(name, lambda database: upgrade(database.engine))

        def fill(database: Database) -> None:
            for filling in fillings:
                database.run_here(filling)

        return self._template(name, lambda: self.copy(self.template("empty")), fill)

    def _template(self, name: str, begin: Callable[[], str], make: Callable[[Database], object]) -> str:
        if name not in self._templates:
            url = begin()
            database = database_at(url)
            try:
                make(database)
            finally:
                database.close()
            self._templates[name] = url
        return self._templates[name]


class SqliteStore(Store):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def empty(self) -> str:
        folder = self._folder / f"{next(self._numbers)} %20"  # data directories have names like this
        folder.mkdir()
        return sqlite_url(folder / "tiepdan.db")

    def copy(self, template: str) -> str:
        url = self.empty()
        shutil.copy(file_of(template), file_of(url))  # whole in the one file since its last connection was closed
        return url

    def drop(self, url: str) -> None:
        shutil.rmtree(file_of(url).parent)


class PostgresqlStore(Store):
    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster

    def empty(self) -> str:
        return self._cluster.create(f"test{next(self._numbers)}")

    def copy(self, template: str) -> str:
        return self._cluster.create(f"test{next(self._numbers)}", name_of(template))

    def drop(self, url: str) -> None:
        self._cluster.drop(name_of(url))


@cache
def migrated_file() -> bytes:
    """A SQLite file with all tables and nothing in them, for who starts a process on it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "tiepdan.db")
        with opened(sqlite_url(path)):
            pass
        return path.read_bytes()


def file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def name_of(url: str) -> str:
    return make_url(url).database or ""


def database_at(url: str) -> Database:
    """It knows the statements that others compiled before it. An engine compiles each for itself, and here every
    test has an engine of its own: a tenth of the time of most pages."""
    database = Database(url)
    engine = database.engine
    if engine.dialect.name not in _compiled:
        engine.connect().close()  # only then the dialect knows its server
        _compiled[engine.dialect.name] = engine.dialect, LRUCache(_KEPT)
    engine.dialect, engine._compiled_cache = _compiled[engine.dialect.name]
    return database


@contextmanager
def opened(url: str, *fillings: Filling) -> Iterator[Database]:
    """Migrated and filled."""
    database = database_at(url)
    try:
        upgrade(database.engine)
        for filling in fillings:
            database.run_here(filling)
        yield database
    finally:
        database.close()


@contextmanager
def on(store: Store, url: str) -> Iterator[Database]:
    """Closed and dropped afterwards."""
    database = database_at(url)
    try:
        yield database
    finally:
        database.close()
        store.drop(url)


def copied(store: Store, template: str) -> AbstractContextManager[Database]:
    return on(store, store.copy(template))


@contextmanager
def cluster_or_skip() -> Iterator[Cluster]:
    try:
        with private_cluster() as cluster:
            yield cluster
    except PostgresqlMissing as missing:
        if os.environ.get("TIEPDAN_REQUIRE_POSTGRESQL"):
            raise
        pytest.skip(str(missing))
