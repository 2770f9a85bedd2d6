"""The live state as each screen may see it: a room's stage, the console, the room list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from server.receptions.agenda_run import RunningItem
from server.receptions.live_reception import LiveReception, Phase
from server.receptions.offices import Office
from server.receptions.programme import RoomFacts, SummonsFacts
from server.receptions.rules import audience_of, is_in_audience, item_view, kind_of, presence_of, stays_closed
from server.receptions.summons_tables import SummonsAnswered
from server.receptions.tables import ReceptionState
from signaling.desk_messages import AgendaEntry, ConsoleState, RecordingLight, RoomEntry
from signaling.messages import FloorView, InterpretationView, RoomCode, StageView
from signaling.summons_messages import OfficeView, RollView, Summonses, SummonsView

_STAGE_STATES: dict[ReceptionState, Literal["none", "planned", "open", "ended"]] = {
    ReceptionState.PLANNED: "planned",
    ReceptionState.OPEN: "open",
    ReceptionState.ENDED: "ended",
    ReceptionState.CANCELLED: "none",
}
_NO_MEDIA = "no_media"  # the recorder's word for a stage without pictures and sound: a state, not an alarm
_RTT_STEP_MS = 5.0  # finer differences are noise that would resend the whole room list every second


def stage_view(live: LiveReception, room: RoomFacts, now: datetime) -> StageView:
    """Everything one room's screen shows. Outside the audience neither item nor floor says whom it is about."""
    facts = live.facts
    if facts is None or live.state is ReceptionState.CANCELLED:
        return StageView(room_code=room.code, room_name=room.name, server_time=now.isoformat())
    open_now = live.phase is not Phase.IDLE
    present = live.agenda.present if open_now else None
    in_audience = open_now and is_in_audience(room.code, live.agenda.audience())
    hands = list(live.hands)
    return StageView(
        room_code=room.code,
        room_name=room.name,
        reception_id=facts.id,
        reception_title=facts.title,
        reception_state=_STAGE_STATES[live.state],
        planned_at=facts.planned_at.isoformat(),
        item=item_view(present.facts, present.closed, in_audience) if present is not None else None,
        in_audience=in_audience,
        floor=_floor_view(live) if in_audience else None,
        has_floor=live.has_floor(room.code),
        hand_raised=room.code in live.hands,
        queue_position=hands.index(room.code) + 1 if room.code in live.hands else None,
        recording=_is_recording(live),
        desk_present=in_audience and live.around.slots.get("desk") is not None,
        document_present=in_audience and live.around.slots.get("document") is not None,
        server_time=now.isoformat(),
    )


def interpretation_view(live: LiveReception, room: RoomCode) -> InterpretationView:
    """Outside the audience nothing is said of it: who interprets may say of whom the item is."""
    if live.interpreter is None or not live.may_receive(room):
        return InterpretationView()
    return InterpretationView(
        interpreter=_held_view(live, live.interpreter.code),
        heard=live.interpretation_heard,
        interprets=live.interprets(room),
    )


def roll_view(
    live: LiveReception,
    room: RoomCode,
    coming: tuple[str, ...],
    offices: tuple[Office, ...],
    language: str,
    now: datetime,
) -> RollView:
    """`coming`: whom the room said would come, as its answer to the summons; before the roll is called it proposes
    them."""
    return RollView(
        open=live.may_call_roll(now),
        called=live.rolls.was_called(room),
        offices=tuple(
            OfficeView(
                code=each.code,
                name=each.name(language),
                expected=each.code in coming if coming else each.expected,
            )
            for each in offices
        ),
        present=live.rolls.of(room),
    )


def summonses_view(summonses: Iterable[SummonsFacts], offices: tuple[Office, ...], language: str) -> Summonses:
    named = tuple(OfficeView(code=each.code, name=each.name(language), expected=each.expected) for each in offices)
    return Summonses(summonses=tuple(_summons_view(one, named) for one in summonses))


def _summons_view(one: SummonsFacts, offices: tuple[OfficeView, ...]) -> SummonsView:
    state: Literal["asked", "coming", "cannot", "withdrawn"] = "asked"
    if one.withdrawn:
        state = "withdrawn"
    elif one.answer is not None:
        state = "coming" if one.answer is SummonsAnswered.COMING else "cannot"
    return SummonsView(
        summons=one.id,
        version=one.version,
        reception_title=one.title,
        host=one.host,
        place=one.place,
        planned_at=one.planned_at.isoformat(),
        be_there_at=one.be_there_at.isoformat(),
        note=one.note,
        items=one.items,
        offices=offices,
        state=state,
        change=one.change.value if one.change is not None else "",
        coming=one.offices,
        reason=one.reason,
        reminders=one.reminders,
    )


def console_state(live: LiveReception, consoles: int, alarm: str, now: datetime) -> ConsoleState | None:
    """What the console shows but the room list; None: no reception is open or prepared."""
    facts = live.facts
    if facts is None:
        return None
    present = live.agenda.present if live.phase is not Phase.IDLE else None
    return ConsoleState(
        reception_id=facts.id,
        title=facts.title,
        state=live.state.value,
        opened_at=_iso(live.opened_at),
        agenda=tuple(_agenda_entry(live, item, now) for item in live.agenda.in_order()),
        item_id=present.facts.id if present is not None else None,
        item_closed=present is not None and present.closed,
        floor=_floor_view(live),
        floor_since=_iso(live.floor.since if live.floor is not None else None),
        interpreter=_held_view(live, live.interpreter.code) if live.interpreter is not None else None,
        interpretation_heard=live.interpretation_heard,
        recording=recording_light(live, alarm),
        media_running=live.around.media_running,
        desk_publishing=live.around.slots.get("desk") is not None,
        document_shared=live.around.slots.get("document") is not None,
        consoles=consoles,
        server_time=now.isoformat(),
    )


def room_entries(live: LiveReception, codes: Iterable[RoomCode] | None = None) -> tuple[RoomEntry, ...]:
    """Entries of the room list, in the registry's order; `codes` None: all. The desk is not in the list."""
    wanted = live.around.rooms.keys() if codes is None else set(codes)
    desk = live.stage().desk
    audience = live.agenda.audience() if live.phase is not Phase.IDLE else None
    return tuple(
        _room_entry(live, room, audience)
        for code, room in live.around.rooms.items()
        if code in wanted and code != desk
    )


def recording_light(live: LiveReception, alarm: str = "") -> RecordingLight:
    """`alarm`: one of our own that goes before the recorder's."""
    grew = live.around.grew
    nothing_comes = grew is not None and grew.alarm == _NO_MEDIA
    said = " ".join(text for text in (alarm, grew.alarm if grew is not None and not nothing_comes else "") if text)
    if live.is_rehearsed:
        return RecordingLight(state="none", alarm=said)
    if live.phase is Phase.IDLE:
        return RecordingLight(state="ended" if live.state is ReceptionState.ENDED else "none", alarm=said)
    if not live.around.recorder_running:
        return RecordingLight(state="not_running", alarm=said)
    if grew is None or grew.recording != live.folder:
        return RecordingLight(state="stalled", alarm=said)
    state: Literal["recording", "waiting", "paused", "stalled"] = "recording" if grew.growing else "stalled"
    if live.phase is Phase.CLOSED:
        state = "paused"
    elif nothing_comes and not grew.growing:
        state = "waiting"
    return RecordingLight(state=state, bytes=grew.bytes, seconds=grew.seconds, growing=grew.growing, alarm=said)


def _is_recording(live: LiveReception) -> bool:
    grew = live.around.grew
    return (
        live.phase in (Phase.BETWEEN, Phase.HEARING)
        and live.around.recorder_running
        and grew is not None
        and grew.state == "recording"
    )


def _floor_view(live: LiveReception) -> FloorView | None:
    return _held_view(live, live.floor.code) if live.floor is not None else None


def _held_view(live: LiveReception, code: RoomCode) -> FloorView:
    room = live.around.rooms.get(code)
    return FloorView(code=code, name=room.name if room is not None else code)


def _agenda_entry(live: LiveReception, item: RunningItem, now: datetime) -> AgendaEntry:
    rooms = audience_of(item.facts, closed=False)
    audience: Literal["all", "rooms", "closed"]
    if stays_closed(item.facts):
        audience = "closed"
    else:
        audience = "all" if rooms is None else "rooms"
    return AgendaEntry(
        id=item.facts.id,
        position=item.facts.position,
        kind=kind_of(item.facts),
        petition_codes=item.facts.petition_codes,
        title=item.facts.title,
        audience=audience,
        audience_size=len(live.around.rooms) - 1 if rooms is None else len(rooms),
        state=item.state.value,
        closed=item.closed or audience == "closed",
        opened_at=_iso(live.agenda.opened_at(item.facts.id)),
        seconds=round(live.agenda.seconds_heard(item.facts.id, now), 1),
    )


def _room_entry(live: LiveReception, room: RoomFacts, audience: tuple[RoomCode, ...] | None) -> RoomEntry:
    around = live.around
    devices = around.devices.get(room.code)
    report = around.links.report_of(room.code)
    loss = report.loss_percent if report is not None else None
    rtt = report.rtt_ms if report is not None else None
    hand_since = live.hands.get(room.code)
    keeps = around.keeping.of(room.code)
    return RoomEntry(
        code=room.code,
        name=room.name,
        district=room.district,
        presence=presence_of(
            around.links.state_of(room.code),
            live.may_receive(room.code),
            hand_since is not None,
            live.has_floor(room.code),
        ),
        in_audience=is_in_audience(room.code, audience),
        hand_since=_iso(hand_since),
        silent_since=_iso(around.links.silent_since(room.code)),
        camera=devices.camera if devices is not None else None,
        microphone=devices.microphone if devices is not None else None,
        loss_percent=round(loss, 1) if loss is not None else None,
        rtt_ms=round(rtt / _RTT_STEP_MS) * _RTT_STEP_MS if rtt is not None else None,
        layer=report.layer if report is not None else "",
        summons=around.summonses.word(room.code, live.facts.id) if live.facts is not None else "",
        offices=len(live.rolls.of(room.code)) if live.rolls.was_called(room.code) else None,
        keeping=keeps.keeping,
        kept_s=keeps.seconds,
        kept_percent=keeps.percent,
    )


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""
