"""Security headers of every answer. Scripts run only from our own files or with the page's nonce."""

from __future__ import annotations

import re

from aiohttp import hdrs, web

from server.web.shell import csp_nonce_of

_HOST = re.compile(r"[A-Za-z0-9.\-]+(:[0-9]{1,5})?|\[[0-9a-fA-F:]+\](:[0-9]{1,5})?")


async def protect(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler: runs when an answer's headers are about to go out."""
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("X-Frame-Options", "DENY")
    if response.content_type != "text/html":
        return
    headers.setdefault(
        "Permissions-Policy",
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), autoplay=(self),"
        " screen-wake-lock=(self), geolocation=(), payment=(), usb=()",
    )
    headers.setdefault("Content-Security-Policy", _policy(request))


def _policy(request: web.Request) -> str:
    nonce = csp_nonce_of(request)
    scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
    host = request.headers.get(hdrs.HOST, "")
    # Older Firefox does not count ws://this-host as 'self'.
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            f"style-src {scripts}",
            "style-src-attr 'unsafe-inline'",  # widths and positions of timelines
            "img-src 'self' data: blob:",
            "media-src 'self' blob: mediastream:",
            f"connect-src 'self'{sockets}",
            "font-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
