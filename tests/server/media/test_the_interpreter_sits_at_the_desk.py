"""An interpreter at the desk has a microphone of his own; the desk's other one goes on being the original."""

from __future__ import annotations

from server.media.stage import Stage
from signaling.messages import Purpose
from signaling.ports import SetStage
from signaling.wire.slots import SlotName, Upstream
from tests.server.media.packets import feed, source
from tests.server.media.test_what_a_line_is_given import End
from tests.signaling.wire.packets import SOUND, rtp

OPEN = SetStage(live=True, closed=False, audience=None, floor=None, record=False, desk="22", interpreter="22")


def desk(wish: SetStage) -> Stage:
    """A camera computer and an interpreter's computer, both of which have begun to send."""
    stage = Stage(
        {name: (2 * i, 2 * i + 1) for i, name in enumerate(SlotName)},
        lambda lane: None,
        lambda lane: None,
        lambda slot, room: None,
    )
    stage.apply(wish, 0.0)
    for number, upstream in enumerate((Upstream.MICROPHONE, Upstream.INTERPRETATION), 1):
        end = End(f"desk-{number}", "22", Purpose.DESK)
        end.sources = {upstream: source(upstream, room="22", identity=number)}
        stage.link_connected(end, 0.0)
        feed(end.sources[upstream], rtp(100 * number, 960, SOUND), 0.1)
        stage.arrange(0.1)
        feed(end.sources[upstream], rtp(100 * number + 1, 1920, SOUND), 0.2)
    stage.arrange(0.2)
    return stage


def shown(stage: Stage, name: SlotName) -> Upstream | None:
    sent = stage.slots[name].source
    return sent.upstream if sent is not None else None


def test_the_interpreters_microphone_is_never_the_desks() -> None:
    stage = desk(OPEN)
    assert shown(stage, SlotName.DESK_AUDIO) is Upstream.MICROPHONE
    assert shown(stage, SlotName.INTERPRETER_AUDIO) is Upstream.INTERPRETATION


def test_it_is_silent_until_the_desk_is_named() -> None:
    stage = desk(OPEN.model_copy(update={"interpreter": None}))
    assert shown(stage, SlotName.INTERPRETER_AUDIO) is None
    stage.apply(OPEN, 0.3)
    assert stage.slots[SlotName.INTERPRETER_AUDIO].coming is not None


def test_a_closed_item_and_the_end_silence_it() -> None:
    stage = desk(OPEN)
    stage.apply(OPEN.model_copy(update={"closed": True, "audience": ()}), 0.3)
    assert stage.slots[SlotName.INTERPRETER_AUDIO].coming is None
    stage.apply(OPEN, 0.4)
    assert stage.slots[SlotName.INTERPRETER_AUDIO].coming is not None
    stage.apply(OPEN.model_copy(update={"live": False}), 0.5)
    assert stage.slots[SlotName.INTERPRETER_AUDIO].coming is None
