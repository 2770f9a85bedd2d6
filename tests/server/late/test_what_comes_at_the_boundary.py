"""/room/late: who may speak there, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from room_client.keeping.shelf import Kept
from server.late import shelf as shelves
from server.late.inspecting import inspect
from signaling.late_messages import OFFSET_HEADER, PIECE_BYTES
from tests.scenarios.province import HA_KHANH
from tests.server.demo.fixtures import Province
from tests.server.late.conftest import Held

Json = dict[str, Any]


def as_room(held: Held) -> dict[str, str]:
    return {"Authorization": f"Bearer {held.keys[HA_KHANH]}"}


async def asked(province: Province, path: str, body: object, headers: dict[str, str]) -> tuple[int, Json]:
    answer = await province.client.post(path, json=body, headers=headers)
    return answer.status, await answer.json()


async def sent(province: Province, held: Held, sha256: str, offset: str, piece: bytes) -> tuple[int, Json]:
    headers = {**as_room(held), OFFSET_HEADER: offset}
    answer = await province.client.patch(f"/room/late/{sha256}", data=piece, headers=headers)
    return answer.status, await answer.json()


def offer_of(held: Held, part: tuple[Path, Kept]) -> Json:
    path, kept = part
    return {
        "reception": held.made.reception, "started_at": kept.started_at, "ended_at": kept.ended_at,
        "bytes": path.stat().st_size, "sha256": kept.sha256,
    }  # fmt: skip


async def test_nobody_but_a_room_speaks_here(province: Province, held: Held, part: tuple[Path, Kept]) -> None:
    offer = offer_of(held, part)
    key = held.keys[HA_KHANH]
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {key[:-1]}x"}):
        status, said = await asked(province, "/room/late", offer, headers)
        assert (status, said["code"]) == (401, "bad_key")
    await province.as_("quantri")
    status, said = await asked(province, "/room/late", offer, {})
    assert (status, said["code"]) == (401, "bad_key"), "an account is no room"
    elsewhere = {**as_room(held), "Origin": "https://example.org"}
    assert (await province.client.post("/room/late", json=offer, headers=elsewhere)).status == 403


async def test_an_offer_that_is_none_is_refused(province: Province, held: Held, part: tuple[Path, Kept]) -> None:
    offer = offer_of(held, part)
    for change in (
        {"reception": "x"},
        {"reception": 0},
        {"started_at": 1e300},
        {"started_at": -1},
        {"started_at": None},
        {"ended_at": 0},
        {"bytes": 0},
        {"bytes": 10**12},
        {"bytes": 50_000_000},  # in three seconds
        {"sha256": "../../etc/passwd"},
        {"sha256": "A" * 64},
        {"more": 1},
    ):
        status, said = await asked(province, "/room/late", {**offer, **change}, as_room(held))
        assert (status, said["code"]) == (400, "bad_message"), change
        assert said["allowed"]


async def test_other_bodies_are_refused(province: Province, held: Held) -> None:
    for body in (b"", b"{", b"[" * 1500, b"\xff\xfe", b'{"a": "' + b"x" * 3000 + b'"}'):
        headers = {**as_room(held), "Content-Type": "application/json"}
        answer = await province.client.post("/room/late/spans", data=body, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "bad_message")
    day = {"reception": held.made.reception, "started_at": 1.0, "ended_at": 86_400.0}
    assert (await asked(province, "/room/late/spans", day, as_room(held)))[1]["code"] == "bad_message"
    unknown = {"reception": 99_999, "started_at": 1.0, "ended_at": 2.0}
    assert (await asked(province, "/room/late/spans", unknown, as_room(held)))[1]["code"] == "unknown_reception"


async def test_what_reaches_beyond_the_floor_is_not_taken(
    province: Province, held: Held, part: tuple[Path, Kept]
) -> None:
    beyond = {**offer_of(held, part), "started_at": held.began, "ended_at": held.began + 3}
    status, said = await asked(province, "/room/late", beyond, as_room(held))
    assert (status, said["code"], said["came"]) == (409, "late_not_taken", "not_on_floor")
    assert not (province.recordings.parent / "late").exists()


async def test_pieces_follow_each_other(province: Province, held: Held, part: tuple[Path, Kept]) -> None:
    offer, content = offer_of(held, part), part[0].read_bytes()
    sha256 = offer["sha256"]
    assert (await sent(province, held, sha256, "0", b"x"))[1]["code"] == "late_offset", "nothing was offered"
    assert (await asked(province, "/room/late", offer, as_room(held)))[1] == {"received": 0, "stored": False}
    assert (await sent(province, held, sha256, "0", content[:1000]))[1] == {"received": 1000, "stored": False}
    assert (await sent(province, held, sha256, "0", content[:1000]))[1]["allowed"] == "1000"
    assert (await sent(province, held, sha256, "1001", b"x"))[1]["code"] == "late_offset"
    for offset, piece in (
        ("-1", b"x"),
        ("x", b"x"),
        ("", b"x"),
        ("1000", b""),
        ("1000", b"x" * (PIECE_BYTES + 1)),
    ):
        assert (await sent(province, held, sha256, offset, piece))[1]["code"] == "bad_message"
    assert (await asked(province, "/room/late", offer, as_room(held)))[1] == {"received": 1000, "stored": False}
    other = {**offer, "bytes": offer["bytes"] + 1}
    assert (await asked(province, "/room/late", other, as_room(held)))[1]["code"] == "bad_message"


async def test_other_bytes_than_were_offered_are_gone(
    province: Province, held: Held, part: tuple[Path, Kept]
) -> None:
    offer = {**offer_of(held, part), "bytes": 100}
    await asked(province, "/room/late", offer, as_room(held))
    assert (await sent(province, held, offer["sha256"], "0", b"x" * 101))[1]["code"] == "late_offset"
    status, said = await sent(province, held, offer["sha256"], "0", b"x" * 100)
    assert (status, said["code"]) == (422, "late_damaged")
    assert not list((province.recordings.parent / "late").iterdir())


async def test_a_full_disk_takes_it_later(
    province: Province, held: Held, part: tuple[Path, Kept], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "RESERVE", 10**18)
    status, said = await asked(province, "/room/late", offer_of(held, part), as_room(held))
    assert (status, said["code"]) == (507, "disk_full")


def test_what_is_no_film_of_ours_is_told(part: tuple[Path, Kept], tmp_path: Path) -> None:
    good = inspect(part[0])
    assert (good.fault, good.codec) == ("", "h264")
    assert good.seconds == pytest.approx(2.9, abs=0.1)
    with av.open(str(tmp_path / "other"), "w", format="matroska") as out:
        stream = out.add_stream("pcm_s16le", rate=48_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format="s16", layout="mono")
        sound.sample_rate = 48_000
        out.mux(stream.encode(sound))
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "random").write_bytes(hashlib.sha256(b"x").digest() * 500)
    assert "allowed are one picture" in inspect(tmp_path / "other").fault
    assert inspect(tmp_path / "empty").fault
    assert inspect(tmp_path / "random").fault
