"""Databases to test on: migrated and filled once, copied for each test; SQLite and PostgreSQL alike.

A test that takes its database from `store` runs on both. The scenarios of a live reception do not: they have a
clock, and write their rows by few functions; one whole reception is played on PostgreSQL in
`tests/server/rehearsal`, and `receptions_live` cuts its connections.
"""

from __future__ import annotations

import itertools
import os
import shutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from sqlmodel import Session

from server.bench.store.cluster import Cluster, PostgresqlMissing, private_cluster
from server.data.engine import Database
from server.data.schema import upgrade
from server.data.urls import sqlite_url

Filling = Callable[[Session], object]


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

    def template(self, name: str, *fillings: Filling) -> str:
        """A migrated and filled database to be copied, made once for each name."""
        if name not in self._templates:
            url = self.empty()
            with opened(url, *fillings):
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


def file_of(url: str) -> Path:
    return Path(make_url(url).database or "")


def name_of(url: str) -> str:
    return make_url(url).database or ""


@contextmanager
def opened(url: str, *fillings: Filling) -> Iterator[Database]:
    """Migrated and filled."""
    database = Database(url)
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
    database = Database(url)
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
