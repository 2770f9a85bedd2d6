"""The room's end of ICE (RFC 8445): finds a path to the server, keeps it open, and moves to another one.

The server is ICE-lite with one candidate, so there is little to choose: the room checks the server's address
from every path it has, nominates with each check (section 8.1.1 leaves the moment to us), and takes the path
whose check is answered first. Relays are asked when the direct way stays silent. What is done when is decided in
`room_client.consent`.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Sequence

from room_client.consent import Consent, Step
from room_client.environment import REAL, Environment
from room_client.ice_contract import IceObserver, PathEnd, PathFailed, Remote
from room_client.path import Path, PathKind
from room_client.relay_search import RelaySearch
from room_client.turn_path import TurnPath, relays
from signaling.messages import PathServer
from signaling.wire import stun

FIRST_CHECKS_S = (0.05, 0.05, 0.1, 0.2)  # then every 0.4 s: a lost first check should not cost a join
LATER_CHECKS_S = 0.4
DIRECT_TIMEOUT_S = 5.0
RELAYED_TIMEOUT_S = 14.0
RELAYS_AFTER_S = 1.5  # the direct way has had its chance
MOST_PENDING = 64
PENDING_S = 10.0


class IceEnd:
    """`connect` once, `send`, at the end `close`. An ICE restart is `new_credentials`, then `restarted`."""

    def __init__(
        self, observer: IceObserver, servers: Callable[[], Sequence[PathServer]], environment: Environment = REAL
    ) -> None:
        """`servers` gives the TURN servers known at the moment, in the order of preference."""
        self.ufrag, self.password = _ice_word(8), _ice_word(24)
        self.rtt_s: float | None = None  # of checks, smoothed
        self.dtls_arrived = observer.dtls_arrived
        self.media_arrived = observer.media_arrived
        self._observer = observer
        self._servers = servers
        self._environment = environment
        self._passwords = {self.ufrag: self.password}  # also of the last restart: its checks may be on the way
        self._tie_breaker = random.getrandbits(64)
        self._remote = Remote([], "", "")
        self._current: Path | None = None
        self._others: list[Path] = []
        self._pending: dict[bytes, tuple[Path, float]] = {}
        self._answered = asyncio.Event()
        self._wake = asyncio.Event()
        self._consent: Consent | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._relays: RelaySearch | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._ended = False

    @property
    def kind(self) -> PathKind | None:
        """Of the path in use; None before there is one."""
        return self._current.kind if self._current is not None else None

    async def connect(self, remote: Remote) -> None:
        """Find the first path. Raises PathFailed."""
        self._remote = remote
        started = time.monotonic()
        spacings = iter(FIRST_CHECKS_S)
        self._look_directly()
        while not self._answered.is_set():
            waited_s = time.monotonic() - started
            if waited_s > (RELAYED_TIMEOUT_S if self._relays is not None else DIRECT_TIMEOUT_S):
                raise PathFailed("no address of the server answers")
            if waited_s > RELAYS_AFTER_S or not self._others:
                self._look_over_relays()
            self._check_all()
            try:
                async with asyncio.timeout(next(spacings, LATER_CHECKS_S)):
                    await self._answered.wait()
            except TimeoutError:
                continue
        self._consent = Consent(time.monotonic(), lambda: random.uniform(0.8, 1.2))
        self._keeping = asyncio.create_task(self._keep(), name="room consent")

    def send(self, datagram: bytes) -> None:
        if self._current is not None:
            self._current.send(datagram)

    def new_credentials(self) -> tuple[str, str]:
        """ufrag and password for an offer that restarts ICE; the old ones hold until `restarted`."""
        return _ice_word(8), _ice_word(24)

    def restarted(self, ufrag: str, password: str, remote: Remote) -> None:
        """The server agreed to the credentials of `new_credentials`."""
        self._passwords = {self.ufrag: self.password, ufrag: password}
        self.ufrag, self.password = ufrag, password
        self._remote = remote
        self._pending.clear()
        if self._consent is not None:
            self._consent.handle_restart()
            self._wake.set()

    async def close(self) -> None:
        """Never fails, may be called twice."""
        self._ended = True
        self._end_relay_search()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        paths = [*self._others, *([self._current] if self._current is not None else [])]
        self._others, self._current = [], None
        for path in paths:
            self._close_path(path)
        while self._closing:
            await asyncio.gather(*self._closing, return_exceptions=True)

    # --- looking for a path

    def _look_directly(self) -> None:
        for address in self._remote.addresses:
            try:
                self._others.append(self._environment.open_path(address, self))
            except OSError:  # for instance IPv6 on a machine without it, or no route at the moment
                continue

    def _look_over_relays(self) -> None:
        if self._relays is None and (known := relays(self._servers())):
            self._relays = RelaySearch(known, self._remote.addresses, self, self._relay_opened)

    def _relay_opened(self, path: Path) -> None:
        self._others.append(path)
        self._check(path)

    def _end_relay_search(self) -> None:
        search, self._relays = self._relays, None
        if search is not None:
            search.stop()
            self._end_later(asyncio.create_task(search.ended(), name="room ends its relays"))

    def _settle(self, path: Path) -> None:
        """`path` is the one. The others go, and the server hears its nomination last."""
        rivals = [p for p in (self._current, *self._others) if p is not None and p is not path]
        self._current, self._others = path, []
        self._end_relay_search()
        for rival in rivals:
            self._close_path(rival)
        if rivals:
            self._check(path)

    def _close_path(self, path: Path) -> None:
        path.close()
        if isinstance(path, TurnPath) and path.ended is not None:
            self._end_later(path.ended)

    def _end_later(self, ending: asyncio.Task[None]) -> None:
        self._closing.add(ending)
        ending.add_done_callback(self._closing.discard)

    # --- keeping it

    async def _keep(self) -> None:
        consent = self._consent
        while consent is not None:
            self._wake.clear()
            try:
                async with asyncio.timeout(max(0.0, consent.poll_timeout() - time.monotonic())):
                    await self._wake.wait()
            except TimeoutError:
                pass
            for step in consent.handle_timeout(time.monotonic()):
                match step:
                    case Step.CHECK:
                        self._check_all()
                    case Step.LOOK_ELSEWHERE:
                        self._look_elsewhere()
                    case Step.FALL_SILENT:
                        self._observer.path_silent(True)
                    case Step.WANT_RESTART:
                        self._observer.restart_wanted()
                    case Step.GIVE_UP_REFUSED:
                        self._end(PathEnd.REFUSED)
                        return
                    case Step.GIVE_UP_SILENT:
                        self._end(PathEnd.SILENT)
                        return

    def _look_elsewhere(self) -> None:
        """New sockets in place of those that brought nothing; relays, where there are any, in a long silence."""
        relaying = self._relays is not None and self._relays.running
        old, self._others = self._others, []
        for path in old:
            if relaying and path.kind is not PathKind.DIRECT:
                self._others.append(path)
            else:
                self._close_path(path)
        self._look_directly()
        lost_relay = self.kind not in (None, PathKind.DIRECT)
        if not relaying and (lost_relay or (self._consent is not None and self._consent.silent)):
            self._end_relay_search()
            self._look_over_relays()

    def _check_all(self) -> None:
        now_s = time.monotonic()
        for transaction in [t for t, (_, sent_s) in self._pending.items() if now_s - sent_s > PENDING_S]:
            del self._pending[transaction]
        for path in (self._current, *self._others):
            if path is not None:
                self._check(path)

    def _check(self, path: Path) -> None:
        transaction = os.urandom(12)
        if len(self._pending) >= MOST_PENDING:
            del self._pending[next(iter(self._pending))]
        self._pending[transaction] = (path, time.monotonic())
        remote = self._remote
        path.send(
            stun.binding_request(
                transaction, self.ufrag, remote.ufrag, remote.password.encode(), self._tie_breaker
            )
        )

    # --- what paths tell

    def stun_arrived(self, path: Path, data: bytes) -> None:
        message = stun.parse(data)
        if message is None:
            return
        if message.kind == stun.BINDING_SUCCESS:
            asked = self._pending.get(message.transaction)
            if asked is not None and message.signed_with(self._remote.password.encode()):
                del self._pending[message.transaction]
                self._answer_arrived(asked[0], asked[1])
        elif message.kind == stun.BINDING_REQUEST:
            password = self._passwords.get(message.local_ufrag, "").encode()
            if password and message.signed_with(password):
                path.send(stun.binding_success(message.transaction, password, *path.remote))

    def _answer_arrived(self, path: Path, sent_s: float) -> None:
        if path is not self._current and path not in self._others:
            return  # closed meanwhile
        now_s = time.monotonic()
        took_s = now_s - sent_s
        self.rtt_s = took_s if self.rtt_s is None else self.rtt_s + (took_s - self.rtt_s) / 4
        if path is not self._current or self._others:
            self._settle(path)
        self._answered.set()
        if self._consent is not None:
            if self._consent.handle_answer(sent_s, now_s):
                self._observer.path_silent(False)
            self._wake.set()

    def path_refused(self, path: Path) -> None:
        # Before the first answer a refusal may come from a media process that is just starting: keep checking.
        if self._consent is not None and path.kind is PathKind.DIRECT:
            self._consent.handle_refusal(time.monotonic())
            self._wake.set()

    def path_failed(self, path: Path) -> None:
        if path is self._current and self._consent is not None:
            self._consent.handle_failure(time.monotonic())
            self._wake.set()
        elif path in self._others and path.kind is not PathKind.DIRECT:
            self._others.remove(path)
            self._close_path(path)

    def _end(self, end: PathEnd) -> None:
        if not self._ended:
            self._ended = True
            self._observer.path_ended(end)


def _ice_word(length: int) -> str:
    """Random ice-char (RFC 8839, section 5.4)."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return "".join(alphabet[byte & 63] for byte in os.urandom(length))


__all__ = ["IceEnd", "IceObserver", "PathEnd", "PathFailed", "Remote"]
