"""Time-limited credentials for the TURN server (the TURN REST scheme, as coturn's `use-auth-secret` has it).

The server that relays and this one share a secret and nothing else: a username says until when it holds, and
the credential proves that we made it. Nobody can be told by it, because its other half is drawn anew each time.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex

from signaling.messages import Paths, PathServer

VALID = timedelta(hours=24)
RENEWED = timedelta(hours=12)  # whoever stays connected gets new ones long before the old ones end


def username_until(expires_at: datetime, opaque: str) -> str:
    return f"{int(expires_at.timestamp())}:{opaque}"


def credential_of(secret: str, username: str) -> str:
    """base64(HMAC-SHA1(secret, username)): SHA-1 is what the scheme and coturn have."""
    return base64.b64encode(hmac.digest(secret.encode(), username.encode(), "sha1")).decode("ascii")


@dataclass(frozen=True, slots=True)
class TurnAccess:
    """`urls` empty: there is no TURN server, and everything below is empty too."""

    urls: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    draw: Callable[[], str] = lambda: token_hex(8)

    def servers(self, now: datetime) -> tuple[PathServer, ...]:
        if not self.urls:
            return ()
        username = username_until(now + VALID, self.draw())
        return (PathServer(urls=self.urls, username=username, credential=credential_of(self.secret, username)),)

    def paths(self, now: datetime) -> Paths:
        return Paths(servers=self.servers(now))

    def link_headers(self, now: datetime) -> list[str]:
        """Values of `Link` headers for WHIP and WHEP (RFC 9725, 4.6), one for each URL."""
        return [
            f'<{url}>; rel="ice-server"; username="{server.username}"; credential="{server.credential}"'
            '; credential-type="password"'
            for server in self.servers(now)
            for url in server.urls
        ]
