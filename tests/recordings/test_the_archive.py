"""A directory and a bucket, by the same tests: what is in the archive is whole, and what went wrong has words."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recordings.archive.address import Access, BadAddress, InBucket, InDirectory, parse
from recordings.archive.fetching import fetch_file, fetch_recording
from recordings.archive.moving import put_whole
from recordings.archive.note import SMALL, Named, is_inside, named_in, read_note
from recordings.archive.opening import open_archive
from recordings.archive.places import Lying
from recordings.archive.troubles import SENTENCES, ArchiveFailed, Trouble
from recordings.findings import State
from recordings.keys import PUBLIC, read_public_keys
from recordings.store import MANIFEST, Folder
from recordings.verifying import verify_recording
from server.archive.work import MoveWork, Said, ToMove
from signaling.tap import TapTrack
from tests.object_store import ObjectStore
from tests.recordings.media import Programme, pictures, sounds
from tests.recordings.test_long_recording import Simulated

MB = 1 << 20
NAME = "r1-20261128-080000/segment-0001.mkv"


@dataclass(frozen=True, slots=True)
class Kept:
    """One archive, and where its bytes really are."""

    access: Access
    file: Callable[[str], Path]


@pytest.fixture
def object_store(tmp_path: Path) -> Iterator[ObjectStore]:
    store = ObjectStore(tmp_path / "store")
    store.start()
    yield store
    store.stop()


@pytest.fixture(params=["directory", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    if request.param == "bucket":
        store: ObjectStore = request.getfixturevalue("object_store")
        return Kept(store.access(), store.object)
    directory = tmp_path / "archive"
    directory.mkdir()
    return Kept(Access(url=directory.as_uri()), directory.joinpath)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "segment-0001.mkv"
    path.write_bytes(os.urandom(37 * MB + 5))  # three parts of a bucket's upload
    return path


def named(path: Path) -> Named:
    content = path.read_bytes()
    return Named(bytes=len(content), sha256=hashlib.sha256(content).hexdigest())


def test_a_file_comes_back_as_it_was(kept: Kept, source: Path, tmp_path: Path) -> None:
    archive, sealed, way = open_archive(kept.access), named(source), list[int]()
    assert put_whole(archive, source, NAME, sealed, way.append) == sealed
    assert sum(way) == 2 * sealed.bytes
    assert archive.lying_in("r1-20261128-080000") == [Lying(NAME, sealed.bytes)]
    assert archive.lying_in("r1-20261128") == []
    assert archive.read(NAME, 20 * MB, 9) == source.read_bytes()[20 * MB : 20 * MB + 9]
    assert archive.read(NAME, sealed.bytes - 3, 100) == source.read_bytes()[-3:]
    fetch_file(archive, NAME, tmp_path / "back", sealed, lambda count: None)
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    archive.remove(NAME)
    archive.remove(NAME)
    assert archive.lying_in("r1-20261128-080000") == []
    with pytest.raises(ArchiveFailed) as failed:
        archive.read(NAME, 0, 1)
    assert (failed.value.trouble, failed.value.file) == (Trouble.NOT_THERE, NAME)


def test_what_is_not_what_was_sealed_never_gets_a_name(kept: Kept, source: Path) -> None:
    archive, sealed = open_archive(kept.access), named(source)
    with source.open("r+b") as file:
        file.seek(30 * MB)
        file.write(b"\x00")
    with pytest.raises(ArchiveFailed) as failed:
        put_whole(archive, source, "r2/segment-0001.mkv", sealed, lambda count: None)
    assert failed.value.trouble is Trouble.NOT_AS_SEALED
    assert archive.lying_in("r2") == []


def test_what_has_left_this_machine_is_looked_at_there(kept: Kept, source: Path) -> None:
    archive, sealed = open_archive(kept.access), named(source)
    put_whole(archive, source, NAME, sealed, lambda count: None)
    source.unlink()
    assert put_whole(archive, source, NAME, sealed, lambda count: None) == sealed
    with pytest.raises(ArchiveFailed) as failed:
        put_whole(archive, source, "r1/another.mkv", sealed, lambda count: None)
    assert failed.value.trouble is Trouble.NOT_THERE


@pytest.mark.parametrize("at", [0, 20 * MB, -1])
def test_one_changed_byte_in_the_archive_is_found_when_it_is_fetched(
    kept: Kept, source: Path, tmp_path: Path, at: int
) -> None:
    archive, sealed = open_archive(kept.access), named(source)
    put_whole(archive, source, NAME, sealed, lambda count: None)
    with kept.file(NAME).open("r+b") as file:
        file.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
        before = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([before[0] ^ 1]))
    with pytest.raises(ArchiveFailed) as failed:
        fetch_file(archive, NAME, tmp_path / "back", sealed, lambda count: None)
    assert failed.value.trouble is Trouble.OTHER_BYTES
    assert [path.name for path in tmp_path.iterdir() if "back" in path.name] == []


class _Twisted:
    """An archive that flips a bit of what it was given."""

    def __init__(self, access: Access, file: Callable[[str], Path]) -> None:
        self._archive, self._file = open_archive(access), file

    def put(self, name: str, blocks: Iterator[bytes]) -> None:
        self._archive.put(name, blocks)
        with self._file(name).open("r+b") as file:
            file.write(b"\xff")

    def __getattr__(self, name: str) -> object:
        return getattr(self._archive, name)


def test_what_comes_back_other_than_it_was_sent_does_not_count(kept: Kept, tmp_path: Path) -> None:
    source = tmp_path / "small"
    source.write_bytes(b"\x00" * 1000)
    with pytest.raises(ArchiveFailed) as failed:
        put_whole(_Twisted(kept.access, kept.file), source, "r3/small", named(source), lambda count: None)  # type: ignore[arg-type]
    assert failed.value.trouble is Trouble.OTHER_BYTES


def run_worker(access: Access, source: Path, sealed: Named, *before: str) -> subprocess.Popen[str]:
    """`before`: what the command begins with."""
    file = ToMove(name=source.name, bytes=sealed.bytes, sealed=sealed)
    process = subprocess.Popen(
        [*before, sys.executable, "-m", "server.archive.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(MoveWork(access=access, folder=source.parent, files=(file,)).model_dump_json())
    process.stdin.close()
    process.stdin = None
    return process


def test_killed_in_the_middle_of_a_file_nothing_is_there_and_the_next_try_is_whole(
    kept: Kept, source: Path
) -> None:
    """The worker reads from a pipe, so that it stands in the middle for as long as we want."""
    archive, name = open_archive(kept.access), "r4/segment-0001.mkv"
    pipe = source.with_name("r4") / source.name
    pipe.parent.mkdir()
    os.mkfifo(pipe)
    process = run_worker(kept.access, pipe, named(source))
    try:
        with pipe.open("wb", buffering=0) as feed:
            feed.write(source.read_bytes()[: 35 * MB])  # returns when all but the last pipe's worth was taken
            process.send_signal(signal.SIGKILL)
            process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert archive.lying_in("r4") == []
    put_whole(archive, source, name, named(source), lambda count: None)
    assert archive.lying_in("r4") == [Lying(name, 37 * MB + 5)]


def said_by(access: Access, source: Path, *before: str) -> tuple[Said, str]:
    """The last, and everything."""
    out, problems = run_worker(access, source, named(source), *before).communicate(timeout=100)
    return Said.model_validate_json(out.splitlines()[-1]), out + problems


def test_a_bucket_that_is_full_says_so(source: Path, tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "full", room=24 * MB)
    _needs_namespaces()
    store.start()
    try:
        said, everything = said_by(store.access(), source)
        assert said.trouble is Trouble.TAKES_NOTHING
        assert store.access().secret not in everything
        assert open_archive(store.access()).lying_in(source.parent.name) == []
        assert read_note(source.parent).files == {}
    finally:
        store.stop()


def test_a_directory_that_is_full_says_so(source: Path, tmp_path: Path) -> None:
    _needs_namespaces()
    directory = tmp_path / "full"
    directory.mkdir()
    mount = f'mount -t tmpfs -o size={24 * MB} none "$0" && exec "$@"'
    access = Access(url=directory.as_uri())
    said, _everything = said_by(access, source, "unshare", "--mount", "sh", "-c", mount, str(directory))
    assert said.trouble is Trouble.TAKES_NOTHING


def _needs_namespaces() -> None:
    tried = subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True)
    if tried.returncode:
        assert not os.environ.get("TIEPDAN_REQUIRE_NAMESPACES"), tried.stderr
        pytest.skip("a disk of its own needs root and mount namespaces")


def test_wrong_credentials_and_a_wrong_bucket_are_told_apart(object_store: ObjectStore, source: Path) -> None:
    def trouble(access: Access) -> tuple[Trouble, str]:
        with pytest.raises(ArchiveFailed) as failed:
            put_whole(open_archive(access), source, NAME, None, lambda count: None)
        with pytest.raises(ArchiveFailed) as again:
            open_archive(access).lying_in("r1")
        assert again.value.trouble is failed.value.trouble
        return failed.value.trouble, repr(failed.value.__cause__) + str(failed.value)

    refused, words = trouble(object_store.access(secret="not-the-secret"))
    assert refused is Trouble.CREDENTIALS
    assert "not-the-secret" not in words
    assert "key and the secret" in words
    assert trouble(object_store.access(bucket="khong-co"))[0] is Trouble.NO_PLACE


def test_a_server_that_is_gone_is_told_and_comes_back(tmp_path: Path, source: Path) -> None:
    store = ObjectStore(tmp_path / "store")
    store.start()
    archive, name = open_archive(store.access()), "r5/segment-0001.mkv"
    way = 0

    def stop_in_the_middle(count: int) -> None:
        nonlocal way
        way += count
        if way > 20 * MB:
            store.stop()

    with pytest.raises(ArchiveFailed) as failed:
        put_whole(archive, source, name, named(source), stop_in_the_middle)
    assert failed.value.trouble is Trouble.UNREACHABLE
    store.start()
    try:
        assert archive.lying_in("r5") == []
        assert put_whole(archive, source, name, named(source), lambda count: None) == named(source)
    finally:
        store.stop()


def test_a_directory_that_is_not_mounted_is_no_archive(tmp_path: Path, source: Path) -> None:
    archive = open_archive(Access(url=(tmp_path / "not-mounted").as_uri()))
    with pytest.raises(ArchiveFailed) as failed:
        put_whole(archive, source, NAME, None, lambda count: None)
    assert failed.value.trouble is Trouble.NO_PLACE
    assert not (tmp_path / "not-mounted").exists()


def test_a_recording_is_fetched_whole_and_fetching_goes_on_where_it_stopped(kept: Kept, tmp_path: Path) -> None:
    programme = Programme(clip=pictures(), speaking={TapTrack.DESK_AUDIO: sounds(440)})
    simulated = Simulated(tmp_path / "made", programme, 5)
    simulated.play(11.0)
    simulated.seal()
    folder = next(each.path for each in _folders(tmp_path / "made"))
    manifest = Folder(folder).load()
    assert manifest is not None
    files = named_in(manifest)
    assert {"segment-0001.mkv", "recording.mp4"} <= files.keys()
    archive = open_archive(kept.access)
    for path in folder.iterdir():
        assert path.name in files or path.name in SMALL
        put_whole(archive, path, f"{folder.name}/{path.name}", files.get(path.name), lambda count: None)
    (tmp_path / "to" / folder.name).mkdir(parents=True)
    (tmp_path / "to" / folder.name / "segment-0001.mkv").write_bytes(b"half of it")
    totals, done = list[int](), list[int]()
    for _time in range(2):
        came = fetch_recording(archive, folder.name, tmp_path / "to", totals.append, done.append)
    keys = read_public_keys(next((tmp_path / "made").rglob(PUBLIC)))
    assert verify_recording(came, keys).state is State.WHOLE
    assert totals[0] == totals[1] == sum(path.stat().st_size for path in folder.iterdir())
    assert sum(done) == sum(totals)
    with pytest.raises(ArchiveFailed) as failed:
        fetch_recording(archive, "r9", tmp_path / "to", totals.append, done.append)
    assert (failed.value.trouble, failed.value.file) == (Trouble.NOT_THERE, f"r9/{MANIFEST}")


def _folders(made: Path) -> Iterator[Folder]:
    for path in sorted(made.rglob(MANIFEST)):
        yield Folder(path.parent)


ENDPOINT = "endpoint=https://s3.tinh.example:9000"


def test_addresses_that_are_understood() -> None:
    assert parse("file:///srv/kho%20luu") == InDirectory(Path("/srv/kho luu"))
    assert parse(f"s3://ghi?{ENDPOINT}") == InBucket("ghi", "", ENDPOINT[9:], "us-east-1", None)
    assert parse(f"s3://ghi/a/b/?{ENDPOINT}&region=vn-1&ca=/etc/ca.pem") == InBucket(
        "ghi", "a/b", ENDPOINT[9:], "vn-1", Path("/etc/ca.pem")
    )


@pytest.mark.parametrize(
    "url",
    [
        "/srv/archive", "file://srv/archive", "file:///", "file:///srv?x=1", "http://host/bucket", "s3://ghi", "s3:///a",
        f"s3://k:mat-khau@ghi?{ENDPOINT}", f"s3://GHI?{ENDPOINT}", f"s3://ghi/../a?{ENDPOINT}", f"s3://ghi?{ENDPOINT}&key=1",
        "s3://ghi?endpoint=ftp://x", "s3://ghi?endpoint=https://k:mat-khau@x", f"s3://ghi?{ENDPOINT}&ca=ca.pem",
        f"s3://ghi?{ENDPOINT}&region=a b", f"s3://ghi?{ENDPOINT}&{ENDPOINT}", "s3://ghi?endpoint",
    ],
)  # fmt: skip
def test_others_are_refused_with_what_is_allowed_and_without_what_came(url: str) -> None:
    with pytest.raises(BadAddress, match="allowed is file:///DIRECTORY, or s3://BUCKET") as refused:
        parse(url)
    assert "mat-khau" not in str(refused.value)


@given(st.text())
def test_no_text_breaks_the_reading_of_addresses(text: str) -> None:
    for url in (text, f"s3://{text}", f"file:///{text}"):
        with suppress(BadAddress):
            parse(url)


@given(st.lists(st.sampled_from(["..", ".", "a", "", "/"])).map("/".join))
def test_a_name_that_is_inside_never_leads_out(name: str) -> None:
    if is_inside(name):
        assert Path("/x/y", name).resolve().is_relative_to("/x/y")


def test_every_trouble_has_its_sentence() -> None:
    assert set(SENTENCES) == set(Trouble)
