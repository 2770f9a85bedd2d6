from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.data.engine import Database
from server.deadlines.terms import read_terms
from server.figures.counting import Ground
from server.figures.definitions import Definitions, read_definitions
from server.receptions.dated_rules import read_reception_rules
from server.web.languages import today
from tests.database import Store, copied
from tests.server.demo.fixtures import filled, province
from tests.server.figures import half_year

__all__ = ["filled", "province"]
NOWHERE = Path("/nonexistent")
OFFICE = "Ban Tiếp công dân tỉnh"
SEED = 20261128


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return read_definitions(NOWHERE)


@pytest.fixture(scope="session")
def ground(definitions: Definitions) -> Ground:
    rules, terms = read_reception_rules(NOWHERE), read_terms(NOWHERE)
    return Ground(definitions.tables, rules, terms, today(), OFFICE)


@pytest.fixture(scope="module")
def office(store: Store) -> Iterator[Database]:
    """A made-up half-year and the one before it; only read."""
    with copied(store, store.template("half-year", lambda session: half_year.fill(session, SEED))) as database:
        yield database
