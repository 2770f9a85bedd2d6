"""GET /metrics. Read by this machine, or with a bearer token; never by whoever comes through the TLS proxy.

Behind a proxy every request comes from the loopback address, so a request that was forwarded is not ours.
"""

from __future__ import annotations

import hmac
import time
from ipaddress import IPv6Address, ip_address

from aiohttp import hdrs, web

from server.receptions.metrics import Metrics

METRICS = web.AppKey("METRICS", Metrics)
TOKEN: web.AppKey[str] = web.AppKey("TOKEN", str)
TEXT = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded", "Via")


def add_routes(app: web.Application, *, metrics: Metrics, token: str) -> None:
    """`token` empty: this machine only."""
    app[METRICS] = metrics
    app[TOKEN] = token
    app.router.add_get("/metrics", read, name="metrics")


async def read(request: web.Request) -> web.Response:
    token = request.app[TOKEN]
    if not (_is_ours(request) or (token and _knows(request, token))):
        if not token:
            return web.Response(status=403, text="Only this machine reads /metrics. Set TIEPDAN_METRICS_TOKEN.\n")
        headers = {hdrs.WWW_AUTHENTICATE: 'Bearer realm="tiepdan metrics"'}
        return web.Response(status=401, headers=headers, text="Authorization: Bearer TOKEN\n")
    body = request.app[METRICS].text(time.monotonic())
    return web.Response(body=body, headers={hdrs.CONTENT_TYPE: TEXT, hdrs.CACHE_CONTROL: "no-store"})


def _is_ours(request: web.Request) -> bool:
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        address = ip_address(request.remote or "")
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback


def _knows(request: web.Request, token: str) -> bool:
    said = request.headers.get(hdrs.AUTHORIZATION, "")
    return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
