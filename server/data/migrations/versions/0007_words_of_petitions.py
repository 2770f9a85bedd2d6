"""The index of words: which petitions have a word in which part of their search key, so that a search reads no key.

A search key has three parts, U+001F between them: code, text, names. Each word is indexed with its part, and the
database itself keeps the index in step with the keys: SQLite by triggers, PostgreSQL because it is an index.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-28
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PARTS = "id, code, record, names"
_BATCH = 2000
_LONGEST = 500
"""Letters of a word that PostgreSQL keeps: it takes 2,046 bytes. `server.petitions.words` asks for as many."""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _split_keys()
        _index_words_in_sqlite()
        _keep_in_step()
        _fill()
    else:
        _index_words_in_postgresql()


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for act in ("insert", "update", "change", "delete"):
            op.execute(f"DROP TRIGGER petition_words_follow_{act}")
        op.execute("DROP TABLE petition_words")
        op.execute("DROP VIEW petition_parts")
    else:
        op.execute("DROP INDEX ix_petition_words")
        op.execute("DROP FUNCTION petition_words")


def _split_keys() -> None:
    """What the index was made of, for its triggers and for SQLite's own check of it."""
    at, after = "instr({key}, char(31))", "substr({key}, instr({key}, char(31)) + 1)"
    rest = after.format(key="search_key")
    op.execute(
        "CREATE VIEW petition_parts AS SELECT id,"
        f" substr(search_key, 1, {at.format(key='search_key')} - 1) AS code,"
        f" substr({rest}, 1, {at.format(key=rest)} - 1) AS record,"
        f" {after.format(key=rest)} AS names FROM petition"
    )


def _index_words_in_sqlite() -> None:
    """Words are folded already: what stands between blanks is one, whatever its signs. So the tokenizer that
    knows ASCII alone, and not the one with Unicode tables of its own. Beginnings of one and two letters have an
    index: a register has thousands of words that begin with the same letter. Where in a part a word stands is not
    kept."""
    op.execute(
        "CREATE VIRTUAL TABLE petition_words USING fts5 (code, record, names, content = 'petition_parts',"
        " content_rowid = 'id', tokenize = \"ascii tokenchars '-_'\", prefix = '1 2',"
        " detail = column, columnsize = 0)"
    )


def _keep_in_step() -> None:
    """Words are taken out before a key changes, because taking them out needs to know them."""
    insert = f"INSERT INTO petition_words (rowid, code, record, names) SELECT {_PARTS} FROM petition_parts"
    delete = (
        "INSERT INTO petition_words (petition_words, rowid, code, record, names)"
        f" SELECT 'delete', {_PARTS} FROM petition_parts"
    )
    for name, when, statement, row in (
        ("insert", "AFTER INSERT", insert, "NEW"),
        ("update", "BEFORE UPDATE OF id, search_key", delete, "OLD"),
        ("change", "AFTER UPDATE OF id, search_key", insert, "NEW"),
        ("delete", "BEFORE DELETE", delete, "OLD"),
    ):
        op.execute(
            f"CREATE TRIGGER petition_words_follow_{name} {when} ON petition"
            f" BEGIN {statement} WHERE id = {row}.id; END"
        )


def _fill() -> None:
    connection = op.get_bind()
    highest = connection.execute(sa.text("SELECT coalesce(max(id), 0) FROM petition")).scalar_one()
    insert = (
        f"INSERT INTO petition_words (rowid, code, record, names) SELECT {_PARTS} FROM petition_parts"  # noqa: S608
        " WHERE id > :after AND id <= :upto"
    )
    for after in range(0, highest, _BATCH):
        connection.execute(sa.text(insert), {"after": after, "upto": after + _BATCH})


def _index_words_in_postgresql() -> None:
    """A word with the number of its part before it, each once: so the index answers without looking at a row."""
    op.execute(
        "CREATE FUNCTION petition_words(search_key text) RETURNS tsvector"
        " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$"
        f" SELECT array_to_tsvector(coalesce(array_agg(part.number::text || left(word, {_LONGEST})), '{{}}'))"
        " FROM unnest(string_to_array(search_key, chr(31))) WITH ORDINALITY AS part (words, number),"
        " unnest(string_to_array(part.words, ' ')) AS word WHERE word <> '' $$"
    )
    op.execute("CREATE INDEX ix_petition_words ON petition USING gin (petition_words(search_key))")
