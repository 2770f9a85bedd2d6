"""Pure decisions of a live reception: who may receive what, who may command, and what a screen may say.

Default deny. A denunciation is always closed: only the desk receives anything of it, nothing is recorded, and
no command opens it (Law on Denunciations, Art. 8 and 9). Media enforces the audience; it is decided here.
"""

from __future__ import annotations

from server.people.rights import Right, Role, rights_of
from server.petitions.tables import PetitionKind
from server.receptions.programme import DESK_CODE, ItemFacts
from server.receptions.tables import Audience
from signaling.desk_messages import CommandName, RoomPresence
from signaling.messages import ItemView, LinkState, RoomCode

_CONNECTED = frozenset({LinkState.CONNECTED, LinkState.RECEIVING})


def may_command(role: Role, name: CommandName) -> bool:
    """The host and the officers run the whole session; a clerk writes, and does not switch pictures."""
    return Right.RUN_RECEPTION in rights_of(role) and name in CommandName


def may_see_console(role: Role) -> bool:
    return Right.SEE_CONSOLE in rights_of(role)


def may_publish_desk(role: Role) -> bool:
    return Right.PUBLISH_DESK in rights_of(role)


def stays_closed(item: ItemFacts) -> bool:
    """True if no command may open the item to rooms: a denunciation, or planned for the desk alone."""
    return PetitionKind.DENUNCIATION in item.kinds or item.audience is Audience.CLOSED


def audience_of(item: ItemFacts, closed: bool) -> tuple[RoomCode, ...] | None:
    """Rooms besides the desk that may receive the item; None: every room."""
    if closed or stays_closed(item):
        return ()
    if item.audience is Audience.ALL and not item.confidential:
        return None
    return tuple(sorted(item.rooms))


def is_in_audience(code: RoomCode, audience: tuple[RoomCode, ...] | None) -> bool:
    return code == DESK_CODE or audience is None or code in audience


def kind_of(item: ItemFacts) -> str:
    """The one kind a short line names; a denunciation among several petitions makes it one."""
    if PetitionKind.DENUNCIATION in item.kinds:
        return PetitionKind.DENUNCIATION
    return item.kinds[0] if item.kinds else ""


def item_view(item: ItemFacts, closed: bool, in_audience: bool) -> ItemView:
    """The redacted projection for one room. Of a closed item, and outside the audience: the position."""
    if closed or not in_audience:
        return ItemView(position=item.position, closed=closed)
    return ItemView(
        position=item.position,
        closed=False,
        kind=kind_of(item),
        title="" if item.confidential else item.title,
        petition_code=", ".join(item.petition_codes),
    )


def chapter_label(item: ItemFacts, closed: bool, kind_word: str, closed_word: str) -> str:
    """ "2. Khiếu nại KN-0198", or "3. Mục kín": what a chapter is called where no name may appear."""
    if closed:
        return f"{item.position}. {closed_word}"
    return " ".join(part for part in (f"{item.position}.", kind_word, ", ".join(item.petition_codes)) if part)


def is_connected(state: LinkState | None) -> bool:
    return state in _CONNECTED


def is_receiving(state: LinkState | None, may_receive: bool) -> bool:
    """`may_receive`: the reception is open and the room in the audience of now; media's word alone lags."""
    return may_receive and state is LinkState.RECEIVING


def presence_of(state: LinkState | None, may_receive: bool, hand_raised: bool, has_floor: bool) -> RoomPresence:
    """The one word the console shows of a room. A room without a link is absent, whatever it had before."""
    if not is_connected(state):
        return RoomPresence.ABSENT
    if has_floor:
        return RoomPresence.HAS_FLOOR
    if hand_raised:
        return RoomPresence.WANTS_FLOOR
    return RoomPresence.RECEIVING if is_receiving(state, may_receive) else RoomPresence.CONNECTED
