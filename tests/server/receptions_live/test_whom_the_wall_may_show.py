"""Whom the province may look at in which moment of a reception, and who may look: the whole table."""

from __future__ import annotations

import pytest

from server.people.rights import Right, Role, rights_of
from server.receptions.programme import DESK_CODE
from server.receptions.wall_rules import may_be_seen, may_look
from signaling.desk_messages import CommandName
from tests.server.receptions_live.province import (
    BAI_CHAY,
    CAI_CHIEN,
    CONFIDENTIAL,
    DENUNCIATION,
    FOR_HA_TU,
    HA_TU,
    OPEN_TO_ALL,
    Scene,
)

ROOMS = (HA_TU, BAI_CHAY, CAI_CHIEN)
DESK_ROLES = (Role.HOST, Role.OFFICER, Role.CLERK, Role.ADMINISTRATOR)


def seen(scene: Scene) -> list[str]:
    return [code for code in ROOMS if may_be_seen(scene.live, code)]


def lookers(scene: Scene) -> set[Role]:
    return {role for role in Role if may_look(scene.live, rights_of(role))}


def test_before_the_opening_and_between_items_all_rooms_are_seen() -> None:
    scene = Scene.ready()
    assert seen(scene) == list(ROOMS)
    scene.press(CommandName.OPEN)
    assert seen(scene) == list(ROOMS)
    assert lookers(scene) == {*DESK_ROLES, Role.TECHNICIAN}


@pytest.mark.parametrize("item", [OPEN_TO_ALL, FOR_HA_TU])
def test_while_an_item_is_heard_they_are_seen_whether_it_is_theirs_or_not(item: int) -> None:
    scene = Scene.opened(*ROOMS)
    scene.press(CommandName.CALL, item=item)
    assert seen(scene) == list(ROOMS)
    assert Role.TECHNICIAN in lookers(scene)


def test_while_a_confidential_item_is_heard_only_its_own_rooms_are_and_by_nobody_who_may_not_read_of_it() -> None:
    scene = Scene.opened(*ROOMS)
    scene.press(CommandName.CALL, item=CONFIDENTIAL)
    assert seen(scene) == [CAI_CHIEN]
    assert lookers(scene) == set(DESK_ROLES)


def test_a_denunciation_shows_nobody_to_nobody() -> None:
    scene = Scene.opened(*ROOMS)
    scene.press(CommandName.CALL, item=DENUNCIATION)
    assert seen(scene) == []
    assert lookers(scene) == set()


def test_an_item_that_is_closed_on_air_shows_nobody_until_it_is_open_again() -> None:
    scene = Scene.opened(*ROOMS)
    scene.press(CommandName.CALL, item=FOR_HA_TU)
    scene.press(CommandName.CLOSE_ITEM)
    assert seen(scene) == []
    assert lookers(scene) == set()
    scene.press(CommandName.REOPEN_ITEM, confirm=True)
    assert seen(scene) == list(ROOMS)


def test_a_unit_that_is_no_room_of_today_is_never_seen() -> None:
    assert not may_be_seen(Scene.ready().live, "99999")


def test_the_right_is_asked_for_in_every_moment() -> None:
    scene = Scene.ready()
    assert not may_look(scene.live, frozenset(Right) - {Right.SEE_WALL})
    assert may_be_seen(scene.live, DESK_CODE)
