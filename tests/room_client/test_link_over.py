"""Whose end a `link_ended` is, whenever it comes."""

from __future__ import annotations

from room_client.link_over import LinkOver
from signaling.messages import LinkEnded
from signaling.refusals import Refusal, RefusalCode


def ended(link: str) -> LinkEnded:
    return LinkEnded(link=link, refusal=Refusal(code=RefusalCode.MEDIA_NOT_RUNNING), rejoin=True)


def joined(link: str) -> LinkOver:
    over = LinkOver()
    over.begin()
    over.joined(link)
    return over


def test_the_link_that_is_there() -> None:
    over = joined("b")
    assert over.told(ended("b"))
    assert over.event.is_set()


def test_the_link_before() -> None:
    over = joined("b")
    assert not over.told(ended("a"))
    assert not over.event.is_set()


def test_the_link_before_while_the_next_is_joined() -> None:
    over = joined("a")
    over.begin()
    assert not over.told(ended("a"))
    over.joined("b")
    assert not over.event.is_set()


def test_the_next_one_before_the_room_knows_its_name() -> None:
    over = joined("a")
    over.begin()
    assert not over.told(ended("b"))
    over.joined("b")
    assert over.event.is_set()


def test_whatever_link_there_is() -> None:
    assert joined("b").told(ended(""))
