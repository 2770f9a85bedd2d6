"""A small invented province for scenarios: three communes, a desk, and an agenda with all kinds of audience."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from server.petitions.tables import PetitionKind
from server.receptions.effects import Effect
from server.receptions.events import (
    CommandGiven,
    ConnectionAppeared,
    HandMoved,
    LinkAgreed,
    LinkAsked,
    MediaConnected,
    RecorderConnected,
    StateRestored,
)
from server.receptions.live import Live
from server.receptions.programme import DESK_CODE, ItemFacts, ReceptionFacts, Restored, RoomFacts
from server.receptions.tables import Audience, ReceptionState
from signaling.desk_messages import Command, CommandName
from signaling.messages import LinkState, Purpose
from signaling.ports import LinkChanged, MediaSnapshot
from signaling.refusals import Refused

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HA_TU, CAI_CHIEN, BAI_CHAY = "06649", "06955", "06676"
ROOMS = (
    RoomFacts(1, DESK_CODE, "Trụ sở tiếp công dân tỉnh", "", 1),
    RoomFacts(2, HA_TU, "Phường Hà Tu", "Thành phố Hạ Long", 1),
    RoomFacts(3, BAI_CHAY, "Phường Bãi Cháy", "Thành phố Hạ Long", 1),
    RoomFacts(4, CAI_CHIEN, "Xã Cái Chiên", "Huyện Hải Hà", 1),
)
OPEN_TO_ALL, FOR_HA_TU, DENUNCIATION, CONFIDENTIAL = 11, 12, 13, 14


def item(number: int, position: int, kind: PetitionKind, audience: Audience, *rooms: str) -> ItemFacts:
    return ItemFacts(
        id=number,
        position=position,
        title=f"Nội dung {position}",
        kinds=(kind,),
        petition_codes=(f"KN-{number:04}",),
        confidential=number == CONFIDENTIAL,
        audience=audience,
        rooms=frozenset(rooms),
    )


AGENDA = (
    item(OPEN_TO_ALL, 1, PetitionKind.RECOMMENDATION, Audience.ALL),
    item(FOR_HA_TU, 2, PetitionKind.COMPLAINT, Audience.ROOMS, HA_TU),
    item(DENUNCIATION, 3, PetitionKind.DENUNCIATION, Audience.CLOSED),
    item(CONFIDENTIAL, 4, PetitionKind.COMPLAINT, Audience.ALL, CAI_CHIEN),
)
PLAN = ReceptionFacts(
    id=7, title="Phiên tiếp công dân định kỳ", state=ReceptionState.PLANNED, planned_at=START, items=AGENDA
)
NO_MEDIA_YET = MediaSnapshot(codec="h264", links=(), slots={}, packets_in=0, packets_out=0, packets_dropped=0)


def chapter_name(item: ItemFacts, closed: bool) -> str:
    return f"{item.position}. {'Mục kín' if closed else item.petition_codes[0]}"


@dataclass
class Scene:
    """Presses buttons and moves the clock; `seen` are the effects of the last step."""

    live: Live = field(
        default_factory=lambda: Live(lambda item, closed: f"{item.position}{' kín' if closed else ''}")
    )
    now: datetime = START
    seen: list[Effect] = field(default_factory=list)
    all_seen: list[Effect] = field(default_factory=list)

    @classmethod
    def ready(cls) -> Scene:
        """Media and recorder run, a reception is planned, nobody is connected."""
        scene = cls()
        scene.feed(StateRestored(Restored(rooms=ROOMS, reception=PLAN), START))
        scene.feed(MediaConnected(NO_MEDIA_YET))
        scene.feed(RecorderConnected())
        return scene

    @classmethod
    def opened(cls, *rooms: str) -> Scene:
        scene = cls.ready()
        for code in rooms:
            scene.joins(code)
        scene.press(CommandName.OPEN)
        return scene

    def feed(self, event: object) -> list[Effect]:
        self.seen = self.live.handle(event, self.now)  # type: ignore[arg-type]
        self.all_seen += self.seen
        return self.seen

    def press(self, name: CommandName, **fields: object) -> list[Effect]:
        plan = PLAN if name is CommandName.OPEN else None
        command = Command.model_validate({"name": name, **fields})
        return self.feed(CommandGiven(command, "account:1", plan))

    def refused(self, name: CommandName, **fields: object) -> str:
        """The code with which the command is refused. Nothing may have changed then."""
        before = (self.live.stage(), self.live.recording(), dict(self.live.hands))
        try:
            self.press(name, **fields)
        except Refused as refused:
            assert (self.live.stage(), self.live.recording(), dict(self.live.hands)) == before
            return refused.code.value
        raise AssertionError(f"{name} was not refused")

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def joins(self, code: str, connection: str = "", link: str = "") -> None:
        connection, link = connection or f"socket-{code}", link or f"link-{code}"
        self.feed(ConnectionAppeared(connection, code, Purpose.ROOM))
        self.feed(LinkAsked(link, code, Purpose.ROOM, connection))
        self.feed(LinkAgreed(link))
        self.becomes(code, LinkState.RECEIVING, link)

    def becomes(self, code: str, state: LinkState, link: str = "") -> None:
        self.feed(LinkChanged(link=link or f"link-{code}", room=code, purpose=Purpose.ROOM, state=state))

    def hand(self, code: str, raised: bool = True) -> None:
        self.feed(HandMoved(code, raised))

    def effects(self, kind: type[Effect]) -> list[Effect]:
        return [effect for effect in self.seen if type(effect) is kind]
