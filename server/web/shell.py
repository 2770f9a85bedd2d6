"""What every page uses: rendering in the person's language, who may see a page, and refusals.

Handlers call `render`, are guarded by `require`, and raise `Refused` or an `aiohttp.web.HTTPException`, from
which `server.web.errors` makes the answer.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import hdrs, web

from server.web.cookie import session_of
from server.web.csrf import token_of
from server.web.keys import CATALOGS, ENVIRONMENTS, LANGUAGE, VISITOR_READER, Visitor
from server.web.languages import LANGUAGES
from server.web.wording import sentence, status
from signaling.refusals import Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Asking:
    """Who asks, and in which language; found out once per request."""

    visitor: Visitor | None
    language: str
    csp_nonce: str


_ASKING = web.RequestKey("_ASKING", Asking)


async def asking(request: web.Request) -> Asking:
    """Raises nothing for a stranger: nobody is logged in then."""
    known = request.get(_ASKING)
    if known is None:
        reader = request.app.get(VISITOR_READER)
        visitor = await reader(request) if reader is not None else None
        session = await session_of(request)
        chosen = session.get("language")
        language = chosen or (visitor.language if visitor is not None else request.app[LANGUAGE])
        known = Asking(
            visitor=visitor,
            language=language if language in LANGUAGES else request.app[LANGUAGE],
            csp_nonce=secrets.token_urlsafe(16),
        )
        request[_ASKING] = known
    return known


def forget(request: web.Request) -> None:
    """Ask again who asks: after logging in or out, or choosing another language."""
    request.pop(_ASKING, None)


def csp_nonce_of(request: web.Request) -> str | None:
    known = request.get(_ASKING)
    return known.csp_nonce if known is not None else None


def current_account(request: web.Request) -> Visitor | None:
    """Who is logged in; known before any page's handler runs (`errors.know_visitor`)."""
    known = request.get(_ASKING)
    return known.visitor if known is not None else None


def language_of(request: web.Request) -> str:
    known = request.get(_ASKING)
    return known.language if known is not None else request.app[LANGUAGE]


def translator_of(request: web.Request) -> Callable[..., str]:
    """`_` for handlers: `_ = translator_of(request)`."""
    return request.app[CATALOGS].translator(language_of(request))


async def render(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """Render "feature/page.html"; `context` is added to what every page has (see ENVIRONMENTS)."""
    known = await asking(request)
    session = await session_of(request)
    page = request.app[ENVIRONMENTS][known.language].get_template(template)
    text = page.render(
        account=known.visitor,
        csrf_token=lambda: token_of(session),
        csp_nonce=known.csp_nonce,
        here=request.path,
        here_with_query=request.path_qs if request.method == "GET" else "/",
        **context,
    )
    headers = {hdrs.CACHE_CONTROL: "no-store"}
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


GUARDED_BY = "guarded_by"
"""The attribute of a guarded handler that names the rights; for whoever wants to know which page asks for what."""


def require(*rights: str) -> Callable[[Handler], Handler]:
    """Let only accounts in that have one of `rights` (any account, if none is named).

    Without a login a page redirects to /login and comes back afterwards; a fetch gets 401. With a login but
    without the right: 403.
    """

    def guard(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            visitor = (await asking(request)).visitor
            if visitor is None:
                if not wants_page(request):
                    raise web.HTTPUnauthorized
                back = request.path_qs if request.method in ("GET", "HEAD") else "/"
                raise web.HTTPSeeOther("/login?" + urlencode({"next": back}))
            if rights and visitor.rights.isdisjoint(rights):
                raise web.HTTPForbidden
            return await handler(request)

        setattr(guarded, GUARDED_BY, rights)
        return guarded

    return guard


def wants_page(request: web.Request) -> bool:
    """True if a person will look at the answer: a navigation, or htmx; a fetch of our scripts gets JSON."""
    return "text/html" in request.headers.get(hdrs.ACCEPT, "") or "HX-Request" in request.headers


async def refuse(request: web.Request, refused: Refused) -> web.Response:
    """The answer to a refused request: the sentence in the person's language, as a page or as JSON."""
    language = (await asking(request)).language
    text = sentence(refused.refusal, language)
    code = status(refused.code)
    if wants_page(request):
        return await render(request, "web/refusal.html", status=code, sentence=text, code=str(refused.code))
    return web.json_response(refused.refusal.model_copy(update={"text": text}).model_dump(), status=code)
