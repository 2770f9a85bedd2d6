"""A local time-stamping authority made with openssl stamps manifest.sig; `verify` checks it without a network."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from recordings.findings import Finding, Part, State, Why, exit_code
from recordings.keys import PUBLIC, read_public_keys
from recordings.stamping import AuthorityUnusable, NotStamped, read_authority, stamp, wants_stamp
from recordings.stamps import Stamps
from recordings.store import SIGNATURE, STAMP, Folder, Places
from recordings.verifying import verify_recording
from tests.recordings.media import Programme, pictures
from tests.recordings.test_long_recording import Simulated
from tests.waiting import eventually

_CONFIGURATION = """
[tsa]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
_LEAF = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nbasicConstraints=CA:FALSE\n"


class Authority:
    """A root, a certificate for time stamps, and a web server whose answers openssl makes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "ts.cnf").write_text(_CONFIGURATION)
        (folder / "leaf.cnf").write_text(_LEAF)
        (folder / "serial").write_text("01")
        root = ["-x509", "-days", "3650", "-subj", "/CN=Root", "-keyout", "root.key", "-out", "root.pem"]
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", *root)
        leaf = ["-subj", "/O=Tiepdan/CN=TSA", "-keyout", "tsa.key", "-out", "tsa.csr"]
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", *leaf)
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "2", "-extfile", "leaf.cnf"]
        self._openssl("x509", "-req", "-days", "3650", "-in", "tsa.csr", "-out", "tsa.pem", *signed)
        self.broken = False
        self.asked = 0

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self._openssl(
            "ts", "-reply", "-config", "ts.cnf", "-section", "tsa", "-queryfile", "query", "-out", "reply"
        )
        return (self.folder / "reply").read_bytes()

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa") / "authority")


@pytest.fixture
def authority(made: Authority) -> Authority:
    made.broken, made.asked = False, 0
    return made


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.asked += 1
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            self.send_response(503 if authority.broken else 200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            if not authority.broken:
                self.wfile.write(authority.reply(query))

        def log_message(self, *_words: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsa"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    office = tmp_path_factory.mktemp("office")
    simulated = Simulated(office, Programme(clip=pictures(), speaking={}), 3)
    simulated.play(4)
    simulated.seal()
    return office


@pytest.fixture
def folder(office: Path, tmp_path: Path) -> Folder:
    return Folder(shutil.copytree(office / "recordings" / "r1", tmp_path / "recordings" / "r1"))


def stamp_finding(folder: Folder, root: Path | None) -> Finding | None:
    report = verify_recording(folder.path, None, authority=None if root is None else read_authority(root))
    return next((finding for finding in report.findings if finding.part is Part.STAMP), None)


def test_the_stamp_of_the_authority_is_good_and_says_when(
    folder: Folder, authority: Authority, url: str, office: Path
) -> None:
    assert wants_stamp(folder)
    before = datetime.now(UTC)
    at = stamp(folder, url)
    assert abs((at - before).total_seconds()) < 10
    assert not wants_stamp(folder)
    keys = read_public_keys(office / "signing" / PUBLIC)
    report = verify_recording(folder.path, keys, authority=read_authority(authority.root))
    assert (report.state, exit_code([report])) == (State.WHOLE, 0)
    found = stamp_finding(folder, authority.root)
    assert found is not None
    assert (found.state, found.why, found.said["at"]) == (
        State.WHOLE,
        Why.STAMPED,
        at.isoformat(timespec="seconds"),
    )
    command = ["openssl", "ts", "-verify", "-data", SIGNATURE, "-in", STAMP, "-CAfile", str(authority.root)]
    assert subprocess.run(command, cwd=folder.path, capture_output=True).returncode == 0


def test_without_the_certificate_only_what_it_is_about_is_compared(folder: Folder, url: str) -> None:
    stamp(folder, url)
    found = stamp_finding(folder, None)
    assert found is not None
    assert (found.state, found.why) == (State.UNSIGNED, Why.NO_AUTHORITY_BROUGHT)


def test_a_missing_stamp_is_named_only_if_somebody_asks_for_it(folder: Folder, authority: Authority) -> None:
    assert stamp_finding(folder, None) is None
    found = stamp_finding(folder, authority.root)
    assert found is not None
    assert (found.state, found.why) == (State.UNSIGNED, Why.NO_STAMP)


def test_the_stamp_of_another_authority_or_another_signature_is_found(
    folder: Folder, authority: Authority, url: str, tmp_path: Path
) -> None:
    stamp(folder, url)
    other = Authority(tmp_path / "other")
    found = stamp_finding(folder, other.root)
    assert found is not None
    assert (found.state, found.why) == (State.ALTERED, Why.STAMP_NOT_OF_AUTHORITY)
    signature = folder.path / SIGNATURE
    signature.write_bytes(signature.read_bytes()[::-1])
    found = stamp_finding(folder, authority.root)
    assert found is not None
    assert (found.state, found.why) == (State.ALTERED, Why.STAMP_OF_ANOTHER)


def test_each_changed_byte_of_what_was_stamped_is_found(folder: Folder, authority: Authority, url: str) -> None:
    """Of the token's content: the time, the policy, the hash, the number."""
    stamp(folder, url)
    file = folder.path / STAMP
    whole = file.read_bytes()
    year = whole.index(datetime.now(UTC).strftime("%Y%m%d").encode())
    for at in range(year, year + 14):
        changed = bytearray(whole)
        changed[at] = ord("1") if changed[at] != ord("1") else ord("0")
        file.write_bytes(changed)
        found = stamp_finding(folder, authority.root)
        assert found is not None
        assert found.state is State.ALTERED, f"byte {at}"
    for short in (0, 1, 10, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:short])
        found = stamp_finding(folder, authority.root)
        assert found is not None
        assert found.state is State.ALTERED, f"{short} bytes"


def test_an_authority_that_does_not_answer_leaves_no_stamp(folder: Folder, authority: Authority, url: str) -> None:
    authority.broken = True
    with pytest.raises(NotStamped, match="503"):
        stamp(folder, url)
    with pytest.raises(NotStamped, match="did not answer"):
        stamp(folder, "http://127.0.0.1:9/tsa")
    assert wants_stamp(folder)


def test_the_answer_to_another_question_is_no_stamp(
    folder: Folder, authority: Authority, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(folder, url)
    kept = (folder.path / STAMP).read_bytes()
    (folder.path / STAMP).unlink()
    monkeypatch.setattr(authority, "reply", lambda query: kept)
    with pytest.raises(NotStamped, match="something else"):
        stamp(folder, url)
    monkeypatch.setattr(authority, "reply", lambda query: b"<html>")
    with pytest.raises(NotStamped, match="no answer of RFC 3161"):
        stamp(folder, url)
    assert not (folder.path / STAMP).exists()


async def test_what_was_not_stamped_is_tried_again_and_what_was_sealed_before_is_stamped_too(
    folder: Folder, authority: Authority, url: str
) -> None:
    authority.broken = True
    stamps = asyncio.create_task(Stamps(Places(folder.path.parent), url, again_s=0.02).run())
    await eventually(lambda: None if authority.asked >= 2 else "it was not tried again")
    authority.broken = False
    await eventually(lambda: "it is not stamped" if wants_stamp(folder) else None)
    stamps.cancel()
    await asyncio.gather(stamps, return_exceptions=True)


@pytest.mark.parametrize("text", ["", "no certificate"])
def test_a_file_that_is_no_certificate_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "root.pem").write_text(text)
    with pytest.raises(AuthorityUnusable, match="allowed are certificates in PEM"):
        read_authority(tmp_path / "root.pem")


def test_a_certificate_that_is_no_root_is_refused(authority: Authority) -> None:
    with pytest.raises(AuthorityUnusable, match="signed by itself"):
        read_authority(authority.folder / "tsa.pem")
