"""A real coturn on loopback, with time-limited REST credentials and a certificate of its own authority."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import shutil
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from signaling.messages import PathServer
from tests.waiting import eventually

REQUIRED = "TIEPDAN_REQUIRE_TURN"
SECRET = "only-for-this-test"


def turnserver() -> str:
    """Debian's coturn. Where it is missing there is nothing to test with; where it is required, that fails."""
    found = shutil.which("turnserver")
    if found is None:
        sentence = "no turnserver is installed here (Debian's package is called coturn)"
        if os.environ.get(REQUIRED):
            pytest.fail(f"{sentence}, and {REQUIRED} forbids to do without")
        pytest.skip(sentence)
    return found


def free_port() -> int:
    """A port that nobody listens on at the moment, for UDP and for TCP."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Coturn:
    port: int
    tls_port: int
    authority: Path  # PEM of the authority that signed its certificate

    def server(self, *urls: str, valid_s: float = 3600.0, secret: str = SECRET) -> PathServer:
        """Credentials as the server makes them for a room: the TURN REST scheme."""
        username = f"{int(time.time() + valid_s)}:room"
        digest = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
        return PathServer(urls=urls, username=username, credential=base64.b64encode(digest).decode())

    @property
    def udp(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=udp"

    @property
    def tcp(self) -> str:
        return f"turn:127.0.0.1:{self.port}?transport=tcp"

    @property
    def tls(self) -> str:
        return f"turns:127.0.0.1:{self.tls_port}?transport=tcp"


@asynccontextmanager
async def running_coturn(directory: Path) -> AsyncIterator[Coturn]:
    program = turnserver()
    _make_certificates(directory)
    port, tls_port = free_port(), free_port()
    process = await asyncio.create_subprocess_exec(
        program, "-n", "--listening-ip", "127.0.0.1", "--relay-ip", "127.0.0.1",
        "--listening-port", str(port), "--tls-listening-port", str(tls_port),
        "--allow-loopback-peers", "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm", "tiepdan",
        "--cert", str(directory / "cert.pem"), "--pkey", str(directory / "key.pem"), "--no-cli", "--no-dtls",
        "--pidfile", str(directory / "turnserver.pid"), "--log-file", "stdout", "--simple-log",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL, cwd=directory,
    )  # fmt: skip
    try:
        await eventually(lambda: _not_listening(port) or _not_listening(tls_port))
        yield Coturn(port, tls_port, directory / "authority.pem")
    finally:
        process.terminate()
        await process.wait()


def _not_listening(port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return f"nobody listens on {port}" if probe.connect_ex(("127.0.0.1", port)) else ""


def _make_certificates(directory: Path) -> None:
    now = datetime.now(UTC)
    authority_key, server_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def certificate(
        subject: str, key: ec.EllipticCurvePrivateKey, *extensions: x509.ExtensionType
    ) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(authority_key, hashes.SHA256())

    authority = certificate("authority", authority_key, x509.BasicConstraints(ca=True, path_length=0))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    server = certificate("relay", server_key, names)
    pem = serialization.Encoding.PEM
    (directory / "authority.pem").write_bytes(authority.public_bytes(pem))
    (directory / "cert.pem").write_bytes(server.public_bytes(pem))
    (directory / "key.pem").write_bytes(
        server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
