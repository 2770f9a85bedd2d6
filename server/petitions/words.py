"""The index of words (migration 0007): which petitions have words in the parts of their search key that a reading
level reaches, answered without reading a key. Each database has a language of its own for that question.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, literal, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Session, col

from server.petitions.rules import Reading
from server.petitions.tables import Petition

_PARTS = ("code", "record", "names")
"""Of a search key, in its order. A level reaches as many of them as its number says: `Reading.CODE` the first."""
_LONGEST = 500
"""Letters of a word that the index of PostgreSQL keeps."""
_BY_INDEX = {
    "enable_seqscan": "off",
    "enable_indexscan": "off",  # along the order of the register, making words of each key; bitmaps are not meant
    "jit": "off",  # 90 ms for a question of 100
    "max_parallel_workers_per_gather": "0",  # 40 ms; and a reception may be going on beside it
}


class HasWords(FunctionElement[bool]):
    """Each of `words`, as `register.folded_words` gives them, stands in a part that `level` reaches; the last of
    them may go on. Folded words have letters, digits, _ and -, and nothing that either language knows."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, words: Sequence[str], level: Reading) -> None:
        in_fts5, in_tsquery = literal(_fts5(words, level)), literal(_tsquery(words, level))
        super().__init__(col(Petition.id), col(Petition.search_key), in_fts5, in_tsquery)

    def self_group(self, against: Any = None) -> HasWords:
        """As it is: with "= 1" after it, as SQLAlchemy has it for functions, SQLite would not begin with it."""
        return self


def ask_by_index(session: Session) -> None:
    """For the rest of this unit of work PostgreSQL answers `HasWords` from the index, whatever it expects to find.
    Left alone it makes words of every key where it thinks that pays, and takes half a minute."""
    if session.get_bind().dialect.name == "postgresql":
        told = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _BY_INDEX.items())
        session.connection().execute(text(f"SELECT {told}"))


def _fts5(words: Sequence[str], level: Reading) -> str:
    """{code record} : ("boi" AND "thuong" *)"""
    asked = " AND ".join(f'"{word}"' for word in words)
    return f"{{{' '.join(_PARTS[:level])}}} : ({asked} *)"


def _tsquery(words: Sequence[str], level: Reading) -> str:
    """('1boi' | '2boi') & ('1thuong':* | '2thuong':*)"""
    kept = [word[:_LONGEST] for word in words]
    begun = [f"'{{}}{word}'" for word in kept[:-1]] + [f"'{{}}{kept[-1]}':*"]
    return " & ".join("(" + " | ".join(each.format(part) for part in range(1, level + 1)) + ")" for each in begun)


@compiles(HasWords, "sqlite")
def _in_sqlite(element: HasWords, compiler: SQLCompiler, **more: Any) -> str:
    number, _, asked, _ = element.clauses
    matching = f"SELECT rowid FROM petition_words WHERE petition_words MATCH {compiler.process(asked, **more)}"  # noqa: S608
    return f"{compiler.process(number, **more)} IN ({matching})"


@compiles(HasWords, "postgresql")
def _in_postgresql(element: HasWords, compiler: SQLCompiler, **more: Any) -> str:
    _, key, _, asked = element.clauses
    return f"petition_words({compiler.process(key, **more)}) @@ CAST({compiler.process(asked, **more)} AS tsquery)"
