"""What a room asks of /room/late (PROTOCOL.md, "Late sources"): one connection, used for one round."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Self, TypeVar

import aiohttp
from pydantic import BaseModel, ValidationError

from room_client.signalling import ServerUnreachable, find_refusal
from signaling.enrolment import cookie_of
from signaling.late_messages import (
    LATE_PATH,
    OFFSET_HEADER,
    SPANS_PATH,
    AskSpans,
    FileReceived,
    OfferFile,
    TakenSpans,
)
from signaling.refusals import Refused

T = TypeVar("T", bound=BaseModel)
_TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=10)  # a piece over a thin line


class LateHttp:
    """Every question may raise Refused and ServerUnreachable."""

    def __init__(self, server_url: str, key: str, credential: str) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else cookie_of(credential)
        self._url = server_url.rstrip("/")
        self._http = aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.close()

    async def spans(self, asked: AskSpans) -> TakenSpans:
        return await self._ask("POST", SPANS_PATH, TakenSpans, json=asked.model_dump(mode="json"))

    async def offer(self, offered: OfferFile) -> FileReceived:
        return await self._ask("POST", LATE_PATH, FileReceived, json=offered.model_dump(mode="json"))

    async def piece(self, sha256: str, offset: int, data: bytes) -> FileReceived:
        headers = {OFFSET_HEADER: str(offset), "Content-Type": "application/octet-stream"}
        return await self._ask("PATCH", f"{LATE_PATH}/{sha256}", FileReceived, data=data, headers=headers)

    async def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        json: object = None,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> T:
        try:
            async with self._http.request(
                method, f"{self._url}{path}", json=json, data=data, headers=headers, allow_redirects=False
            ) as answer:
                said = _json_in(await answer.text())
        except (aiohttp.ClientError, TimeoutError, OSError, UnicodeDecodeError) as error:
            raise ServerUnreachable("the server does not answer") from error
        if (refusal := find_refusal(said)) is not None:
            refused = Refused(refusal.code)
            refused.refusal = refusal
            raise refused
        try:
            return kind.model_validate(said)
        except ValidationError:
            raise ServerUnreachable("what answers there takes no late sources") from None


def _json_in(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
