"""What is wrong with a room in a sentence for the person who telephones it, and what to ask for there."""

from __future__ import annotations

from collections.abc import Callable

from server.readiness.rules import Light, Reason, Trouble
from server.web.languages import N_, decimal
from signaling.check_messages import CheckReason, Part

Translate = Callable[..., str]
BEFORE = N_("before %(time)s")
NOBODY_TOLD = N_("nobody yet")

LIGHT_WORDS: dict[Light, str] = {
    Light.RED: N_("Not ready"),
    Light.AMBER: N_("Needs a look"),
    Light.GREEN: N_("Ready to go"),
}
LIGHT_ICONS: dict[Light, str] = {
    Light.RED: "octagon-x",
    Light.AMBER: "triangle-alert",
    Light.GREEN: "circle-check",
}
REASON_WORDS: dict[CheckReason, str] = {
    CheckReason.OFFICER: N_("By somebody in the room"),
    CheckReason.MORNING: N_("By itself, in the morning"),
    CheckReason.SESSION: N_("By itself, before a reception"),
    CheckReason.UNATTENDED: N_("By itself (a room without a browser)"),
}
PART_WORDS: dict[Part, str] = {
    Part.PICTURE: N_("Camera"),
    Part.SOUND: N_("Microphone"),
    Part.SPEAKER: N_("Loudspeaker"),
    Part.UDP: N_("Straight way (UDP)"),
    Part.TURN_UDP: N_("Relay by UDP"),
    Part.TURN_TCP: N_("Relay by TCP"),
    Part.LINE: N_("Line, measured"),
    Part.CLOCK: N_("Clock"),
    Part.H264: "H.264",
    Part.VP8: "VP8",
    Part.DISK: N_("Disk"),
}
SENTENCES: dict[str, tuple[str, str]] = {
    "picture.moving": (N_("The camera gives a living picture"), ""),
    "picture.black": (
        N_("The camera's picture is black"),
        N_("Ask them to open its lid and to switch the light on."),
    ),
    "picture.flat": (
        N_("The camera's picture is one colour"),
        N_("Ask them to open its lid, and whether the right camera is chosen (key D)."),
    ),
    "picture.frozen": (
        N_("The camera's picture stands still"),
        N_("Ask them to unplug the camera and plug it in."),
    ),
    "picture.none": (N_("There is no picture of the camera"), N_("Ask them to plug the camera in again.")),
    "sound.good": (N_("The microphone hears well"), ""),
    "sound.dead": (N_("The microphone hears nothing"), N_("Ask them to switch it on and to plug it in again.")),
    "sound.clipped": (N_("The microphone is too loud and breaks up"), N_("Ask them to turn its gain down.")),
    "sound.hum": (
        N_("The microphone hums from the mains"),
        N_("Ask them to keep its cable away from power cables, or to use another socket."),
    ),
    "sound.none": (N_("The microphone cannot be opened"), N_("Ask them to plug the microphone in again.")),
    "speaker.heard": (N_("The loudspeaker is heard"), ""),
    "speaker.unheard": (
        N_("The microphone does not hear the loudspeaker"),
        N_("Ask them to switch the loudspeaker on and to turn it up."),
    ),
    "speaker.unknown": (N_("Whether the loudspeaker sounds is not known"), ""),
    "speaker.untried": (N_("The loudspeaker was not tried: nobody was to be startled"), ""),
    "udp.works": (N_("Works"), ""),
    "udp.blocked": (
        N_("A firewall there stops UDP"),
        N_("It goes by a relay. Ask the room's technician to open the media port."),
    ),
    "turn_udp.works": (N_("Works"), ""),
    "turn_udp.blocked": (N_("Does not get through"), ""),
    "turn_tcp.works": (N_("Works"), ""),
    "turn_tcp.blocked": (N_("Does not get through"), ""),
    "line.measured": (N_("The line is good"), ""),
    "line.weak": (
        N_("The line is bad"),
        N_("Ask them to use a cable instead of Wi-Fi, and to stop other use of the line."),
    ),
    "line.thin": (N_("The line is thin"), N_("Ask them to stop other use of the line.")),
    "line.unmeasured": (N_("The line was not measured: a reception was open, or too many measured"), ""),
    "line.failed": (
        N_("Picture and sound get through by no way"),
        N_("Ask the room's technician for the firewall and the network cable."),
    ),
    "clock.compared": (N_("The computer's clock is right"), ""),
    "clock.wrong": (N_("The computer's clock is wrong"), N_("Ask the technician to set it by the network.")),
    "h264.works": (N_("Works"), ""),
    "h264.missing": (N_("The browser cannot play H.264"), N_("Install Chromium, Chrome or Edge there.")),
    "vp8.works": (N_("Works"), ""),
    "vp8.missing": (N_("The browser cannot play VP8"), N_("Install Chromium, Chrome or Edge there.")),
    "disk.measured": (N_("There is room on the disk"), ""),
    "disk.full": (N_("The disk is nearly full"), N_("Have old files deleted there.")),
}
"""By "part.outcome": what is, and what to ask for."""
TROUBLES: dict[Trouble, tuple[str, str]] = {
    Trouble.OUT: (
        N_("The room's page is not open"),
        N_("Telephone: ask them to switch the computer on, and to look at its network cable."),
    ),
    Trouble.UNCHECKED: (N_("It never checked itself"), N_("Ask them to press “Check picture and sound”.")),
    Trouble.STALE: (N_("Its last check is old"), N_("Ask them to press “Check picture and sound”.")),
    Trouble.SOFTWARE: (N_("It runs an old version"), N_("Ask them to reload the page, or to install the update.")),
    Trouble.LINE_NOW: (N_("The line is in trouble now"), N_("Look at the lines of the rooms.")),
}
_FIGURES: dict[str, str] = {
    "loss_down_percent": N_("lost on the way there: %(number)s %%"),
    "loss_up_percent": N_("lost on the way from there: %(number)s %%"),
    "rtt_ms": N_("there and back: %(number)s ms"),
    "jitter_down_ms": N_("unsteady there: %(number)s ms"),
    "jitter_up_ms": N_("unsteady from there: %(number)s ms"),
    "down_kbps": N_("there: %(number)s kbit/s"),
    "up_kbps": N_("from there: %(number)s kbit/s"),
    "ahead_s": N_("ahead by %(number)s s"),
    "free_gb": N_("free: %(number)s GB"),
    "level_db": N_("level: %(number)s dB"),
}


def said_of(reason: Reason, translate: Translate, language: str) -> tuple[str, str]:
    """The sentence, with its figures where something is wrong with them, and the advice."""
    sentence, advice = SENTENCES[reason.name]
    figures = figures_of(reason, translate, language)
    words = translate(sentence)
    if figures and reason.light is not Light.GREEN:
        words = f"{words} ({figures})"
    return words, translate(advice) if advice else ""


def figures_of(reason: Reason, translate: Translate, language: str) -> str:
    return ", ".join(
        translate(_FIGURES[name], number=_number(value, language))
        for name, value in reason.figures.items()
        if name in _FIGURES
    )


def _number(value: float, language: str) -> str:
    return decimal(value, 1 if 0.05 <= abs(value) < 10 else 0, language)
