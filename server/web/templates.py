"""Templates: one environment per language, each feature's folder under the feature's name.

`_("…")` in a template is trusted as HTML only if it is one of our own messages; a text that came from
somewhere else stays escaped, even if it was passed through `_` by mistake.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any
from urllib.parse import urlencode

import jinja2
from aiohttp import web
from markupsafe import Markup

from server.web.keys import CATALOGS, STATICS
from server.web.languages import LANGUAGES, Catalogs, decimal, local_time, size_words

_FEATURES = Path(__file__).resolve().parent.parent


class _Compiled(jinja2.BytecodeCache):
    """What one language's environment compiled serves the other's, too: a large page takes a tenth of a second.

    In memory: nothing of it outlives the process, and nothing that somebody else wrote is run."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


def environments(app: web.Application) -> dict[str, jinja2.Environment]:
    """An environment for each language of `app`, which must have its catalogs and static files already."""
    folders = sorted(folder for folder in _FEATURES.glob("*/templates") if folder.is_dir())
    loader = jinja2.PrefixLoader(
        {folder.parent.name: jinja2.FileSystemLoader(folder) for folder in folders}, delimiter="/"
    )
    return {language: _environment(app, loader, language) for language in LANGUAGES}


def _environment(app: web.Application, loader: jinja2.BaseLoader, language: str) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.loopcontrols"],
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogs, statics = app[CATALOGS], app[STATICS]
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        partial(catalogs.gettext, language), partial(catalogs.ngettext, language), newstyle=True
    )
    environment.filters["size"] = partial(size_words, language=language)
    environment.filters["decimal"] = partial(decimal, language=language)
    environment.globals.update(
        {
            "_": _gettext(catalogs, language),
            "ngettext": _ngettext(catalogs, language),
            "language": language,
            "languages": LANGUAGES,
            "local_time": partial(_local_time, language),
            "static": statics.address,
            "icon": lambda name: Markup(statics.icon(name)),
            "url": _url(app),
        }
    )
    return environment


def _gettext(catalogs: Catalogs, language: str) -> Callable[..., str]:
    def gettext(message: str, **values: Any) -> str:
        said = catalogs.gettext(language, str(message))
        if not catalogs.knows(message):
            return said % values if values else said
        return Markup(said) % values if values else Markup(said)

    return gettext


def _ngettext(catalogs: Catalogs, language: str) -> Callable[..., str]:
    def ngettext(one: str, many: str, count: int, **values: Any) -> str:
        said = catalogs.ngettext(language, one, many, count)
        values.setdefault("num", count)
        return (Markup(said) if catalogs.knows(one) else said) % values

    return ngettext


def _local_time(language: str, moment: datetime, pattern: str = "HH:mm dd/MM/yyyy") -> str:
    return local_time(moment, pattern, language)


def _url(app: web.Application) -> Callable[..., str]:
    def url(name: str, query: dict[str, object] | None = None, **parts: object) -> str:
        """The address of a named route. Raises KeyError for a name that no route has."""
        path = str(app.router[name].url_for(**{key: str(value) for key, value in parts.items()}))
        return f"{path}?{urlencode(query)}" if query else path

    return url
