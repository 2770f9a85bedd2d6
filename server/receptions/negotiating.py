"""One offer, one answer: the live state is asked, then media, then the state is told what came of it."""

from __future__ import annotations

from server.receptions import events
from server.receptions.conductor import Conductor
from signaling.messages import Joined, Purpose, RoomCode


async def open_link(
    conductor: Conductor,
    link: str,
    room: RoomCode,
    purpose: Purpose,
    sdp: str,
    *,
    connection: str | None = None,
    limit: int | None = None,
) -> Joined:
    """`connection`: who holds it, None over HTTP. Raises Refused; then nothing is left of the link."""
    await conductor.ask(events.LinkAsked(link, room, purpose, connection, limit))
    try:
        answer = await conductor.media.open_link(link, room, purpose, sdp)
        await conductor.ask(events.LinkAgreed(link))
    except BaseException:  # also when the other end went away meanwhile: media must not keep the link
        conductor.post(events.LinkFailed(link))
        raise
    return Joined(link=link, sdp=answer)


async def restart_link(conductor: Conductor, connection: str, sdp: str) -> Joined:
    """ICE restart of the link `connection` holds or takes over. Raises Refused; the link stays as it was."""
    await conductor.ask(events.RestartAsked(connection))
    link = conductor.live.around.links.restartable(connection)
    answer = await conductor.media.restart_link(link, sdp)
    await conductor.ask(events.LinkRestarted(link, connection))
    return Joined(link=link, sdp=answer)
