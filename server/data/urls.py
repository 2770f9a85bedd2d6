"""Database URLs, apart from the engine: commands that open no database read settings and must not wait for it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL


def sqlite_url(file: Path) -> str:
    """Whatever signs are in its name: a URL is decoded before it is used."""
    return URL.create("sqlite", database=str(file)).render_as_string()
