"""Files that browsers load: our own from each feature's `static` folder, libraries from a whitelist.

An address made by `address` carries a hash of the content and may be kept for a year; without the hash (an
ES module importing its neighbour) the browser asks again each time and mostly hears "not modified".

All of them together are a megabyte, so they are kept in memory as they were last read, words compressed once: a
room behind 500 kbit/s waits a quarter of the time for its page after an upgrade.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

from aiohttp import ETag, hdrs, web

_SERVER = Path(__file__).resolve().parent.parent
MODULES = Path(__file__).resolve().parent / "node_modules"
_ROOM_PAGE = _SERVER.parent / "room_client" / "page"
_FONT = "@fontsource/be-vietnam-pro/files"

VENDOR: dict[str, str] = {
    "socket.io.esm.min.js": "socket.io-client/dist/socket.io.esm.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    **{
        name: f"{_FONT}/{name}"
        for subset in ("vietnamese", "latin", "latin-ext")
        for weight in (400, 500, 600, 700)
        for name in (f"be-vietnam-pro-{subset}-{weight}-normal.woff2",)
    },
}
"""What of node_modules is served, by the name below /static/vendor/."""

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".wav": "audio/wav",
    ".txt": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
_WORDS = {
    ".css",
    ".js",
    ".mjs",
    ".json",
    ".svg",
    ".txt",
    ".html",
    ".webmanifest",
}  # the rest is compressed already
_ICON_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OPENING = re.compile(r"<svg[^>]*>")


class FrontEndMissing(RuntimeError):
    """The libraries of the pages were not installed; the message says what to run."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file as it was read; `compressed` is empty where that gains nothing."""

    state: tuple[int, int]  # mtime in ns and size, by which a change is noticed
    body: bytes
    compressed: bytes
    hash: str


class Statics:
    """Finds files, makes their addresses and serves them; each is read again when it has changed."""

    def __init__(self, server: Path = _SERVER, modules: Path = MODULES, room_page: Path = _ROOM_PAGE) -> None:
        missing = [name for name, path in VENDOR.items() if not (modules / path).is_file()]
        if missing or not (modules / "lucide-static" / "icons").is_dir():
            raise FrontEndMissing("The browser libraries are not installed: run `make install` first.")
        self._modules = modules
        self._folders = {folder.parent.name: folder for folder in server.glob("*/static") if folder.is_dir()}
        self._folders["room"] = room_page
        self._read: dict[Path, _Kept] = {}
        self._icons: dict[str, str] = {}

    def find(self, name: str) -> Path | None:
        """The file behind `/static/<name>`, or None; never one outside the folders that are served."""
        feature, _, rest = name.partition("/")
        if feature == "vendor":
            vendor = VENDOR.get(rest)
            return self._modules / vendor if vendor else None
        folder = self._folders.get(feature)
        if folder is None or not rest:
            return None
        path = (folder / rest).resolve()
        inside = path.is_relative_to(folder.resolve())
        return path if inside and path.is_file() and path.suffix in _TYPES else None

    def address(self, name: str) -> str:
        """`address("tokens.css")` is web's own file, `address("receptions/console.js")` a feature's.

        Raises LookupError for a file that does not exist: a page must not ask for it.
        """
        full = name if "/" in name else f"web/{name}"
        path = self.find(full)
        if path is None:
            raise LookupError(f"there is no static file {full!r}")
        return f"/static/{full}?v={self._kept(path).hash}"

    @cached_property
    def room_page(self) -> str:
        """What tells the room's page from another version's: a hash of all it is made of, as at first asking."""
        digest = hashlib.sha256()
        for folder in (self._folders["room"], self._folders["web"]):
            for path in sorted(path for path in folder.rglob("*") if path.suffix in _TYPES):
                digest.update(f"{path.relative_to(folder)} {self._kept(path).hash}\n".encode())
        return digest.hexdigest()[:16]

    def icon(self, name: str) -> str:
        """A lucide icon as inline SVG, hidden from screen readers: the word beside it says the same.

        Raises LookupError for a name that lucide does not have.
        """
        known = self._icons.get(name)
        if known is not None:
            return known
        path = self._modules / "lucide-static" / "icons" / f"{name}.svg"
        if not _ICON_NAME.fullmatch(name) or not path.is_file():
            raise LookupError(f"lucide has no icon {name!r}")
        inner = _OPENING.sub("", path.read_text("utf-8").split("-->", 1)[-1], count=1)
        inner = " ".join(inner.replace("</svg>", "").split())
        svg = (
            f'<svg class="icon icon-{name}" width="24" height="24" viewBox="0 0 24 24" fill="none"'
            ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
            f' aria-hidden="true" focusable="false">{inner}</svg>'
        )
        self._icons[name] = svg
        return svg

    async def serve(self, request: web.Request) -> web.StreamResponse:
        path = self.find(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound
        kept = self._kept(path)
        headers = {
            hdrs.CONTENT_TYPE: _TYPES[path.suffix],
            hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable"
            if request.query.get("v") == kept.hash
            else "no-cache",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if any(tag.value in (kept.hash, "*") for tag in request.if_none_match or ()):
            answer = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        elif kept.compressed and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            answer = web.Response(body=kept.compressed, headers=headers)
        else:
            answer = web.Response(body=kept.body, headers=headers)
        answer.etag = ETag(kept.hash, is_weak=True)  # of the content, however it is encoded
        return answer

    def _kept(self, path: Path) -> _Kept:
        found = path.stat()
        state = found.st_mtime_ns, found.st_size
        known = self._read.get(path)
        if known is not None and known.state == state:
            return known
        body = path.read_bytes()
        compressed = gzip.compress(body, mtime=0) if path.suffix in _WORDS else b""
        kept = _Kept(
            state, body, compressed if len(compressed) < len(body) else b"", hashlib.sha256(body).hexdigest()[:16]
        )
        self._read[path] = kept
        return kept
