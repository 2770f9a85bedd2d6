"""Column types shared by all tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import DateTime, Dialect, String, TypeDecorator

E = TypeVar("E", bound=StrEnum)


def now() -> datetime:
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """UTC in the database, aware `datetime` in Python. A naive value is refused: nobody can say what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"came {value!r}, a time without a zone; allowed is an aware datetime")
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(TypeDecorator[Any]):
    """A StrEnum stored as its value, so that the database reads like the documents do."""

    impl = String(40)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(self.words(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self.words(value)


class Words(TypeDecorator[Any]):
    """A set of words of a StrEnum, stored as " first second " in the order of the enum, or as nothing. So one of
    them is found by LIKE "% first %", in every database."""

    impl = String(200)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str:
        kept = {self.words(each) for each in value or ()}
        return f" {' '.join(word for word in self.words if word in kept)} " if kept else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[StrEnum]:
        return frozenset(self.words(word) for word in (value or "").split())
