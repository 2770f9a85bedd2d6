"""Whatever goes wrong becomes an answer in the person's language: a page, or JSON for our scripts.

An unexpected failure shows a reference number and nothing else; the log has the same number and the trace.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web

from server.web.csrf import Forged
from server.web.languages import N_
from server.web.shell import asking, refuse, render, translator_of, wants_page
from signaling.refusals import Refused

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_log = logging.getLogger(__name__)
_STARTED = web.RequestKey("_STARTED", bool)
_NOT_PAGES = ("/static/", "/socket.io/", "/whip", "/whep", "/healthz", "/metrics")

FORGED = (
    N_("This page was open for too long"),
    N_(
        "Your login has changed or ended since the page was opened. Nothing was saved."
        " Go back, reload the page and try again."
    ),
)
EXPLANATIONS: dict[int, tuple[str, str]] = {
    400: (N_("The request was not understood"), N_("Go back, check what was entered and try again.")),
    401: (N_("Please log in"), N_("Your login has ended. Log in again; nothing that was saved is lost.")),
    403: (
        N_("Your account may not see this page"),
        N_("It is meant for other tasks. Ask the administrator if you need it for yours."),
    ),
    404: (
        N_("There is no such page"),
        N_("The address may be misspelt, or what it showed was moved. Go to the start page and look from there."),
    ),
    405: (N_("This cannot be done here"), N_("Go back to the page you came from and use its buttons.")),
    413: (N_("The file is too large"), N_("Choose a smaller file and try again.")),
    500: (
        N_("Something went wrong on the server"),
        N_("It was noted. Try again; if it happens again, tell the technician the reference number."),
    ),
    503: (N_("A part of the server is being restarted"), N_("Try again in a few seconds.")),
}


@web.middleware
async def know_visitor(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Find out who asks before any page's handler runs; media, files and health checks do without."""
    if not request.path.startswith(_NOT_PAGES):
        await asking(request)
    return await handler(request)


@web.middleware
async def answer_failures(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return await refuse(request, refused)
    except web.HTTPException as error:
        if error.status < 400 or error.content_type == "application/json":
            raise
        if request.get(_STARTED):
            raise
        answer = await _explain(request, error.status, forged=isinstance(error, Forged))
        for name in (hdrs.ALLOW, hdrs.WWW_AUTHENTICATE, hdrs.RETRY_AFTER):
            if name in error.headers:
                answer.headers[name] = error.headers[name]
        return answer
    except Exception:
        reference = secrets.token_hex(4)
        resource = request.match_info.route.resource
        place = resource.canonical if resource is not None else "?"  # the pattern: never what was filled in
        _log.exception("reference %s: %s %s failed", reference, request.method, place)
        if request.get(_STARTED):
            raise
        return await _explain(request, 500, reference=reference)


async def mark_started(request: web.Request, _response: web.StreamResponse) -> None:
    """Signal: from here on the answer is under way, and no other can be given."""
    request[_STARTED] = True


async def _explain(
    request: web.Request, status: int, *, reference: str = "", forged: bool = False
) -> web.Response:
    await asking(request)
    _ = translator_of(request)
    title, advice = FORGED if forged else EXPLANATIONS.get(status, EXPLANATIONS[500 if status >= 500 else 400])
    if wants_page(request):
        return await render(
            request,
            "web/error.html",
            status=status,
            code=status,
            title=_(title),
            advice=_(advice),
            reference=reference,
        )
    text = f"{_(title)}. {_(advice)}"
    return web.json_response({"status": status, "text": text, "reference": reference}, status=status)
