"""The command line, as it is typed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server.cli import app
from server.rooms.changing import SAMPLE_CHANGES
from server.rooms.importing import SAMPLE

runner = CliRunner()


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPDAN_DATA", str(tmp_path / "data"))


def run(*words: str, code: int = 0) -> str:
    result = runner.invoke(app, list(words))
    assert result.exit_code == code, result.output
    return result.output


def test_rooms_are_imported_once_however_often() -> None:
    assert "added 191" in run("rooms", "import", str(SAMPLE))
    assert "unchanged 191" in run("rooms", "import", str(SAMPLE))


def test_a_refused_row_is_named_and_the_others_are_in(tmp_path: Path) -> None:
    file = tmp_path / "rooms.csv"
    file.write_text("code,name,type,level,district_code,district,valid_from,valid_to\n"
                    "06649,Phường Hà Khánh,Phường,commune,193,Thành phố Hạ Long,2020-01-01,\n"
                    "6x,Phường Lạ,Phường,commune,193,Thành phố Hạ Long,2020-01-01,\n", "utf-8")  # fmt: skip
    output = run("rooms", "import", str(file), code=1)
    assert "added 1" in output
    assert "line 3" in output
    assert "6x" in output


def test_units_change_only_when_that_is_asked_for(tmp_path: Path) -> None:
    run("rooms", "import", str(SAMPLE))
    told = run("rooms", "change", str(SAMPLE_CHANGES))
    assert "on record already 0" in told
    assert "Minh Cầm" in told
    assert "06991" in run("rooms", "list")
    done = run("rooms", "change", str(SAMPLE_CHANGES), "--do")
    assert "ended" in done
    assert "06991" not in run("rooms", "list")
    assert "06991" in run("rooms", "list", "--on", "2024-10-31")
    file = tmp_path / "changes.csv"
    file.write_text("day,predecessor,successor\n2026-01-01,06991,06985\n", "utf-8")
    assert "line 2" in run("rooms", "change", str(file), code=1)


def test_tokens_come_one_a_line_in_the_order_of_the_codes() -> None:
    run("rooms", "import", str(SAMPLE))
    codes = [line.split("-")[0] for line in run("token", "--all-rooms").split()]
    assert len(codes) == 190
    assert codes == sorted(codes)
    assert re.fullmatch(r"06649-1-watch-[0-9]{8}-[a-z2-7]{32}", run("token", "--room", "06649").strip())
    assert run("token", "--desk").startswith("22-1-desk-")


def test_a_token_for_a_room_that_is_not_there_says_so() -> None:
    run("rooms", "import", str(SAMPLE))
    assert "no room" in run("token", "--room", "99999", code=1)
    assert "--all-rooms" in run("token", code=2)


def test_accounts_are_made_and_listed() -> None:
    run("accounts", "create", "chutri", "--name", "Người Chủ trì", "--role", "host", "--password", "mật-khẩu-dài")
    assert "chutri" in run("accounts", "list")
    assert "exists already" in run("accounts", "create", "chutri", "--name", "X", "--role", "host",
                                    "--password", "mật-khẩu-dài", code=1)  # fmt: skip
    assert "role" in run("accounts", "create", "b", "--name", "X", "--role", "king", "--password", "x", code=2)


def test_buttons_without_a_server_say_how_to_start_one() -> None:
    assert "tiepdan serve" in run("reception", "next", code=3)


def test_a_wrong_setting_is_named_with_what_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPDAN_HTTP", "somewhere")
    output = run("rooms", "list", code=2)
    assert "TIEPDAN_HTTP" in output
    assert "HOST:PORT" in output


def test_a_settings_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPDAN_SETTINGS", "/nowhere/settings.env")
    assert "/nowhere/settings.env" in run("rooms", "list", code=2)


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("TIEPDAN_MEDIA", "bogus.invalid:5103", "IP address"),
        ("TIEPDAN_MEDIA_ADVERTISE", "here", "HOST:PORT"),
        ("TIEPDAN_DATABASE", "nonsense", "database URL"),
        ("TIEPDAN_CODEC", "av1", "h264"),
    ],
)
def test_each_wrong_setting_has_a_sentence(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    output = " ".join(run("rooms", "list", code=2).split())  # the terminal's lines end where they end
    assert name in output
    assert allowed in output


def test_a_misspelt_setting_in_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.env"
    file.write_text("TIEPDAN_CODECC=vp8\n")
    monkeypatch.setenv("TIEPDAN_SETTINGS", str(file))
    assert "CODECC" in run("rooms", "list", code=2)
    file.write_text("TIEPDAN_CODEC=vp8\n")
    run("rooms", "list")


def test_a_data_directory_that_cannot_be_written_has_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPDAN_DATA", "/proc/nowhere")
    assert "/proc/nowhere" in run("rooms", "list", code=1)


def test_a_code_that_is_none_has_a_sentence() -> None:
    assert "'a b'" in run("reception", "floor", "a b", code=2)


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_rehearsed() -> None:
    assert "/nowhere" in run("rehearse", "--report", "/nowhere/report.json", code=2)


def test_what_is_written_is_for_this_account_only(tmp_path: Path) -> None:
    run("rooms", "import", str(SAMPLE))
    database = tmp_path / "data" / "tiepdan.db"
    assert database.stat().st_mode & 0o077 == 0
    assert database.parent.stat().st_mode & 0o077 == 0


TURN = {"TIEPDAN_TURN": "turn:turn.example,turns:turn.example:443?transport=tcp", "TIEPDAN_TURN_SECRET": "s3cret"}


def _settings(monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    for name, value in {**TURN, **settings}.items():
        monkeypatch.setenv(name, value)


def test_the_turn_servers_configuration_comes_from_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "TIEPDAN_TURN" in run("turn", code=1)
    _settings(monkeypatch)
    assert "TIEPDAN_MEDIA_ADVERTISE" in run("turn", code=1)
    _settings(monkeypatch, TIEPDAN_MEDIA_ADVERTISE="[2001:db8::7]:6004", TIEPDAN_MEDIA="[::]:5004")
    lines = run("turn", "--external", "192.0.2.1").splitlines()
    for line in (
        "use-auth-secret", "static-auth-secret=s3cret", "realm=turn.example", "listening-port=3478",
        "tls-listening-port=443", "external-ip=192.0.2.1", "allowed-peer-ip=2001:db8::7", "no-cli",
        "no-multicast-peers",
    ):  # fmt: skip
        assert line in lines
    assert [line for line in lines if line.startswith("allowed-peer-ip")] == ["allowed-peer-ip=2001:db8::7"]
    rules = run("turn", "--firewall", "--user", "relay")
    assert "ip6 daddr 2001:db8::7 udp dport 6004 accept" in rules
    assert "s3cret" not in rules


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "here"), "IP address"),
        (("--first-port", "3000", "--last-port", "2000"), "--last-port 2000"),
        (("--first-port", "80"), "1024"),
    ],
)
def test_a_wrong_turn_option_has_a_sentence(
    words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _settings(monkeypatch, TIEPDAN_MEDIA_ADVERTISE="192.0.2.7")
    assert said in run("turn", *words, code=2)


def test_turn_urls_that_need_two_servers_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _settings(monkeypatch, TIEPDAN_MEDIA_ADVERTISE="192.0.2.7", TIEPDAN_TURN="turn:a:3478,turn:a:3479")
    assert "3479" in run("turn", code=1)
