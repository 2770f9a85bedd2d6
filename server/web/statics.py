"""Files that browsers load: our own from each feature's `static` folder, libraries from a whitelist.

All of them together are a megabyte. They are read once, when the first of a process asks, so that a server whose
files are replaced under it goes on with those it began with. Their addresses carry a hash of all of them, also
where one names another (an import, a font), and may be kept for a year: a page that was here before asks for
nothing but itself, and after an upgrade for everything once, words compressed. That is what a room waits for on a
thin or a long line.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache, cached_property
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
_NAMES = {  # where one file names another: up to the end of its name
    ".js": re.compile(rb"""\b(?:from|import)\s*["'](?:\.{1,2}|/static)/[^"'?#]+(?=["'])"""),
    ".css": re.compile(rb"""\burl\(\s*["']?(?![a-z]+:)[^"')?#]+(?=["']?\s*\))"""),
}
_ROOT = "/static/"
_ICON_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OPENING = re.compile(r"<svg[^>]*>")


class FrontEndMissing(RuntimeError):
    """The libraries of the pages were not installed; the message says what to run."""


@dataclass(frozen=True, slots=True)
class Files:
    """By name below /static/, as they were read, and what tells them from another version's."""

    bodies: dict[str, bytes]
    version: str
    served: dict[str, Served]  # those that were asked for


@dataclass(frozen=True, slots=True)
class Served:
    """`compressed` is empty where that gains nothing."""

    kind: str
    body: bytes
    compressed: bytes


class Statics:
    """Makes the addresses of files, and serves them."""

    def __init__(self, server: Path = _SERVER, modules: Path = MODULES, room_page: Path = _ROOM_PAGE) -> None:
        missing = [name for name, path in VENDOR.items() if not (modules / path).is_file()]
        if missing or not (modules / "lucide-static" / "icons").is_dir():
            raise FrontEndMissing("The browser libraries are not installed: run `make install` first.")
        self._modules = modules
        self._files = _read(server, modules, room_page)
        self._icons: dict[str, str] = {}

    def address(self, name: str) -> str:
        """`address("tokens.css")` is web's own file, `address("receptions/console.js")` a feature's.

        Raises LookupError for a file that does not exist: a page must not ask for it.
        """
        full = name if "/" in name else f"web/{name}"
        if full not in self._files.bodies:
            raise LookupError(f"there is no static file {full!r}")
        return f"{_ROOT}{full}?v={self._files.version}"

    @cached_property
    def room_page(self) -> str:
        """What tells the room's page from another version's: a hash of all it is made of."""
        return _hash(
            {name: body for name, body in self._files.bodies.items() if name.startswith(("room/", "web/"))}
        )

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
        served, version = self._served(request.match_info["name"]), self._files.version
        if served is None:
            raise web.HTTPNotFound
        kept = request.query.get("v") == version
        headers = {
            hdrs.CONTENT_TYPE: served.kind,
            hdrs.CACHE_CONTROL: "public, max-age=31536000, immutable" if kept else "no-cache",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if any(tag.value in (version, "*") for tag in request.if_none_match or ()):
            answer = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        elif served.compressed and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            answer = web.Response(body=served.compressed, headers=headers)
        else:
            answer = web.Response(body=served.body, headers=headers)
        answer.etag = ETag(version, is_weak=True)  # of the content, however it is encoded
        return answer

    def _served(self, name: str) -> Served | None:
        files = self._files
        if name not in files.bodies:
            return None
        if name not in files.served:
            ending = Path(name).suffix
            body = files.bodies[name]
            if (names := _NAMES.get(ending)) is not None:
                body = names.sub(rf"\g<0>?v={files.version}".encode(), body)
            compressed = gzip.compress(body, mtime=0) if ending in _WORDS else b""
            files.served[name] = Served(_TYPES[ending], body, compressed if len(compressed) < len(body) else b"")
        return files.served[name]


@cache
def _read(server: Path, modules: Path, room_page: Path) -> Files:
    folders = {folder.parent.name: folder for folder in server.glob("*/static") if folder.is_dir()}
    found = {
        f"{feature}/{path.relative_to(folder).as_posix()}": path
        for feature, folder in {**folders, "room": room_page}.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TYPES
    }
    found |= {f"vendor/{name}": modules / path for name, path in VENDOR.items()}
    bodies = {name: path.read_bytes() for name, path in found.items()}
    return Files(bodies, _hash(bodies), {})


def _hash(bodies: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, body in sorted(bodies.items()):
        digest.update(f"{name} {len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()[:16]
