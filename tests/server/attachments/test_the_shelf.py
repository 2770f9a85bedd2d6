"""Whole files or none, whatever happens in between."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

import pytest

from server.attachments.queries import files_in_use
from server.attachments.shelf import DiskFull, Shelf
from tests.server.attachments.office import PDF, attach, files, petition_id, rows, shelf_of
from tests.server.demo.fixtures import Province
from tests.waiting import eventually


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf", reserve=0)


def _all(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def test_what_was_not_put_on_the_shelf_is_gone(shelf: Shelf, tmp_path: Path) -> None:
    def break_off() -> None:
        with shelf.receiving() as incoming:
            incoming.write(b"half a file")
            assert len(_all(tmp_path)) == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert _all(tmp_path) == []


def test_a_file_on_the_shelf_is_whole(shelf: Shelf, tmp_path: Path) -> None:
    with shelf.receiving() as incoming:
        incoming.write(b"whole ")
        incoming.write(b"file")
        shelf.keep(incoming)
    assert [path.read_bytes() for path in _all(tmp_path)] == [b"whole file"]
    assert shelf.path(incoming.name).is_file()


@pytest.mark.parametrize("act", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def receive() -> None:
        with shelf.receiving() as incoming:
            incoming.write(b"x")
            shelf.keep(incoming)

    monkeypatch.setattr(os, act, refuse)
    with pytest.raises(DiskFull):
        receive()
    assert _all(tmp_path) == []


def test_recordings_are_left_room(tmp_path: Path) -> None:
    with pytest.raises(DiskFull):
        Shelf(tmp_path, reserve=1 << 60).refuse_when_full(1)


@pytest.mark.parametrize("name", ["", "../secret.key", "a" * 31, "g" * 32, "a" * 32 + "/x"])
def test_a_name_is_one_of_ours(shelf: Shelf, name: str) -> None:
    with pytest.raises(ValueError, match="no name on the shelf"):
        shelf.path(name)


def test_a_sweep_takes_what_has_no_row_and_leaves_what_is_coming_in(shelf: Shelf, tmp_path: Path) -> None:
    names = []
    for content in (b"kept", b"left by a crash"):
        with shelf.receiving() as incoming:
            incoming.write(content)
            shelf.keep(incoming)
        names.append(incoming.name)
    left = tmp_path / "shelf" / "incoming" / ("0" * 32)
    left.write_bytes(b"half")
    with shelf.receiving() as coming, shelf.receiving() as just_kept:
        shelf.keep(just_kept)
        assert shelf.sweep({names[0]}) == 2
        assert coming.path.exists()
        assert shelf.path(just_kept.name).exists(), "its row is being written"
    assert {path.name for path in _all(tmp_path)} == {names[0], just_kept.name}
    assert shelf.sweep({names[0]}) == 1


async def test_a_server_that_starts_removes_what_a_crash_left(province: Province) -> None:
    await province.as_("canbo")
    await attach(province, "KG-0231")
    place = shelf_of(province) / "ab" / ("ab" * 16)
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(PDF)
    kept = province.database.run_here(files_in_use)
    assert Shelf(shelf_of(province)).sweep(kept) == 1
    assert [file.name for file in files(province)] == [rows(province, "KG-0231")[0].file]


async def test_a_line_that_breaks_in_the_middle_leaves_nothing(province: Province) -> None:
    await province.as_("canbo")
    token = await province.csrf("/")
    cookies = province.client.session.cookie_jar.filter_cookies(province.client.make_url("/"))
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    head = (
        f"POST /petitions/{petition_id(province, 'KG-0231')}/attachments HTTP/1.1\r\n"
        f"Host: x\r\nCookie: {cookie}\r\n"
        f"X-CSRF-Token: {token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        "Content-Length: 100000\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    )
    reader, writer = await asyncio.open_connection(province.client.server.host, province.client.server.port)
    writer.write(head.encode() + b"%PDF-1.7 " + b"x" * 20_000)
    await writer.drain()
    await eventually(lambda: "" if files(province) else "the file does not come in")
    writer.close()
    await writer.wait_closed()
    del reader
    await eventually(lambda: "half a file is left" if files(province) else "")
    assert rows(province, "KG-0231") == []


async def test_where_the_disk_is_full_a_sentence_says_so(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_shelf: Shelf, _coming: int) -> None:
        raise DiskFull

    monkeypatch.setattr(Shelf, "refuse_when_full", refuse)
    await province.as_("canbo")
    answer = await attach(province, "KG-0231", status=422)
    assert "không còn chỗ cho tệp này" in await answer.text()
    assert files(province) == []


def test_a_disk_that_is_full_takes_no_more(shelf: Shelf, tmp_path: Path) -> None:
    """/dev/full is a disk without room."""

    def receive() -> None:
        with shelf.receiving() as incoming, open("/dev/full", "wb", buffering=0) as full:
            incoming._stream = full
            incoming.write(b"x")

    with pytest.raises(DiskFull):
        receive()
    assert _all(tmp_path) == []
