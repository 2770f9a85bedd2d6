"""Whoever set TIEPDAN_DATABASE is told what came and what is allowed, and nobody is told the password."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from pydantic import ValidationError
from sqlalchemy import text

from server import app
from server.bench.store.cluster import Cluster
from server.data.engine import Database
from server.data.opening import DatabaseUnusable, open_as_it_is, open_up_to_date
from server.settings import Settings, sentences
from server.supervisor import CANNOT_START

PASSWORD = "rất/bí:mật@123"
ENCODED = "r%E1%BA%A5t%2Fb%C3%AD%3Am%E1%BA%ADt%40123"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"mysql://tiepdan:{ENCODED}@db/tiepdan", "'mysql'"),
        (f"postgresql+psycopg2://tiepdan:{ENCODED}@db/tiepdan", "'postgresql+psycopg2'"),
        (f"postgresql://tiepdan:{ENCODED}@db:{PASSWORD}/kho", "came what is none"),
        (f"tiepdan:{PASSWORD}", "came what is none"),
        (f"postgresql://tiepdan:{ENCODED}@db", "without a database's name"),
        ("sqlite://", "without a database's name"),
        ("sqlite:///:memory:", "without a database's name"),
    ],
)
def test_a_wrong_url_has_a_sentence_without_its_password(url: str, said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings(database=url)
    (sentence,) = sentences(wrong.value)
    assert sentence.startswith("TIEPDAN_DATABASE: ")
    assert said in sentence
    assert "postgresql://USER" in sentence
    for part in (PASSWORD, ENCODED, "mật", "123"):
        assert part not in sentence


def test_secrets_that_come_with_a_wrong_setting_are_not_repeated() -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings(turn_secret=PASSWORD, metrics_token=PASSWORD)
    assert [PASSWORD in sentence for sentence in sentences(wrong.value)] == [False]


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_the_driver_need_not_be_named(scheme: str) -> None:
    settings = Settings(database=f"{scheme}://tiepdan:{ENCODED}@db/tiepdan")
    assert settings.database_url == f"postgresql+psycopg://tiepdan:{ENCODED}@db/tiepdan"
    assert ENCODED not in repr(settings)


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable) as found:
        open_up_to_date(f"postgresql+psycopg://tiepdan:{ENCODED}@/kho?host={tmp_path}")
    assert found.value.passes, "it may be started after us"
    for part in ("'kho'", "'tiepdan'", str(tmp_path), "Allowed is postgresql://"):
        assert part in str(found.value)
    assert PASSWORD not in str(found.value)
    assert "\n" not in str(found.value)


def test_a_password_in_the_drivers_own_words_is_covered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise psycopg.OperationalError(f"who would print {PASSWORD}?")

    monkeypatch.setattr(psycopg, "connect", refuse)
    with pytest.raises(DatabaseUnusable, match=r"who would print \*\*\*\?"):
        open_up_to_date(f"postgresql+psycopg://tiepdan:{ENCODED}@db/kho")


def test_a_database_that_is_not_there_and_one_with_other_letters_are_named(cluster: Cluster) -> None:
    with pytest.raises(DatabaseUnusable, match=r"'nowhere'.*does not exist"):
        open_up_to_date(cluster.url("nowhere"))
    cluster.create("latin", "template0", more="ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    with pytest.raises(DatabaseUnusable, match="encoding LATIN1; allowed is UTF8") as found:
        open_as_it_is(cluster.url("latin"))
    assert not found.value.passes
    cluster.drop("latin")


def test_a_driver_that_is_missing_is_named_with_its_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnusable, match="pip install"):
        open_up_to_date("postgresql+psycopg://tiepdan@db/kho")


def test_a_file_that_is_none_of_sqlites_is_named(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Biên bản tiếp công dân\n" * 100)
    with pytest.raises(DatabaseUnusable, match=r"notes\.txt cannot be used: file is not a database"):
        open_up_to_date(f"sqlite:///{file}")
    assert file.read_text() == "Biên bản tiếp công dân\n" * 100


def test_a_database_of_a_newer_version_is_left_alone(bare: Database) -> None:
    with bare.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    with pytest.raises(DatabaseUnusable, match="newer version") as found:
        open_up_to_date(bare.engine.url.render_as_string(hide_password=False))
    assert not found.value.passes


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        (f"mysql://tiepdan:{ENCODED}@db/kho", CANNOT_START, "TIEPDAN_DATABASE: Value error, came one for 'mysql'"),
        (f"postgresql://tiepdan:{ENCODED}@/kho?host=/nowhere", 1, "The PostgreSQL database 'kho' of 'tiepdan'"),
    ],
)
def test_the_server_says_so_and_ends_for_good_only_where_waiting_does_not_help(
    url: str,
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("TIEPDAN_DATA", str(tmp_path))
    monkeypatch.setenv("TIEPDAN_DATABASE", url)
    monkeypatch.delenv("TIEPDAN_SETTINGS", raising=False)
    monkeypatch.setattr(app.logs, "configure", lambda: None)
    assert app.main() == code
    assert said in caplog.text
    assert PASSWORD not in caplog.text
    assert ENCODED not in caplog.text


def test_serve_says_it_before_anything_is_started(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "server.cli", "serve"],
        env={"TIEPDAN_DATA": str(tmp_path), "TIEPDAN_DATABASE": f"mysql://a:{ENCODED}@db/kho", "COLUMNS": "400"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == CANNOT_START
    assert "'mysql'" in run.stderr
    assert ENCODED not in run.stderr + run.stdout
