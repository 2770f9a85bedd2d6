"""What a room says while the province's technician helps it: to the room, and back to the technician."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from room_client.diary import Diary, Outage, told_from_afar
from room_client.sources.ear import Ear
from room_client.wording import Language, problem_sentence
from signaling.check_messages import Finding, Part
from signaling.help_messages import Help, HelpAct
from signaling.sound_level import DEAD_DB, QUIET_S
from signaling.wire.slots import Upstream

LONGEST_SAID = 1000  # signs, as in Helped
MOST_ERRORS = 5

_ASKED: dict[HelpAct, tuple[str, str]] = {
    HelpAct.MESSAGE: ("Kỹ thuật của tỉnh nhắn: {}", "The province's technician says: {}"),
    HelpAct.DEVICES: (
        "Kỹ thuật của tỉnh đang xem camera, micro và đường truyền của phòng này.",
        "The province's technician is looking at this room's camera, microphone and line.",
    ),
    HelpAct.CHOOSE: (
        "Kỹ thuật của tỉnh đang đổi camera hoặc micro của phòng này.",
        "The province's technician is changing this room's camera or microphone.",
    ),
    HelpAct.CHECK: (
        "Kỹ thuật của tỉnh đang kiểm tra phòng này.",
        "The province's technician is checking this room.",
    ),
    HelpAct.RELOAD: (
        "Kỹ thuật của tỉnh cho khởi động lại chương trình. Không cần làm gì.",
        "The province's technician is starting this program anew. Nothing to do.",
    ),
}
_WORDS: dict[str, tuple[str, str]] = {
    "message_came": (
        "Kỹ thuật của tỉnh gửi lời nhắn cho phòng này.",
        "The province's technician sends this room a message.",
    ),
    "shown_on_terminal": (
        "Phòng không có màn hình đang chạy; lời nhắn hiện ở cửa sổ của chương trình.",
        "No screen runs in the room; the message stands in the program's window.",
    ),
    "shown_in_status": (
        "Phòng không có màn hình đang chạy; lời nhắn chỉ hiện trong systemctl status.",
        "No screen runs in the room; the message stands in systemctl status alone.",
    ),
    "shown_nowhere": (
        "Phòng không có màn hình đang chạy nên không ai đọc được lời nhắn.",
        "No screen runs in the room, so nobody can read the message.",
    ),
    "not_possible": ("Máy này không làm được việc đó ({}).", "This computer cannot do that ({})."),
    "not_offered": ("Máy này không còn thiết bị đó.", "This computer has no such device any more."),
    "kept_until_restart": (
        "Chỉ giữ đến khi chương trình khởi động lại; muốn giữ hẳn, hãy sửa cấu hình của phòng.",
        "Kept until the program is started anew; to keep it for good, change the room's settings.",
    ),
    "opened_later": ("Sẽ được mở khi cần đến.", "It is opened when it is needed."),
    "not_settled": ("Chưa biết thiết bị có hoạt động không.", "Whether it works is not known yet."),
    "works": ("hoạt động", "works"),
    "not_used": ("không dùng, theo cấu hình", "not used, by its settings"),
    "not_open": ("chưa mở", "not open now"),
    "level": ("đang nghe thấy {} dB", "hears {} dB now"),
    "silence": ("không có tiếng nào đã {} giây", "gives no sound for {} seconds"),
    "line_whole": ("Đường truyền không gián đoạn trong 24 giờ qua.", "The line was whole in the last 24 hours."),
    "line_broken": (
        "Đường truyền gián đoạn {} lần trong 24 giờ qua, lâu nhất {} giây, lần cuối lúc {}.",
        "The line was out {} times in the last 24 hours, {} seconds at most, the last time at {}.",
    ),
    "errors": ("Lỗi gần đây: {}", "Lately: {}"),
    "camera": ("Camera", "Camera"),
    "microphone": ("Micro", "Microphone"),
}
_FOUND: dict[tuple[Part, str], tuple[str, str]] = {
    (Part.PICTURE, "none"): ("Camera không cho hình.", "The camera gives no picture."),
    (Part.SOUND, "good"): ("Micro thu tiếng tốt ({level_db} dB).", "The microphone hears well ({level_db} dB)."),
    (Part.SOUND, "dead"): ("Micro không có tiếng nào.", "The microphone hears nothing."),
    (Part.SOUND, "clipped"): ("Micro quá to, tiếng bị vỡ.", "The microphone is too loud and breaks up."),
    (Part.SOUND, "hum"): ("Micro bị ù điện lưới.", "The microphone hums from the mains."),
    (Part.SOUND, "none"): ("Không mở được micro.", "The microphone cannot be opened."),
    (Part.UDP, "works"): ("Đi thẳng tới máy chủ (UDP).", "It reaches the server straight (UDP)."),
    (Part.UDP, "blocked"): ("UDP bị chặn, phải đi vòng.", "UDP is blocked; it goes by a relay."),
    (Part.LINE, "measured"): ("Mất {loss_down_percent} % gói tin.", "{loss_down_percent} % of packets are lost."),
    (Part.CLOCK, "compared"): ("Đồng hồ lệch {ahead_s} giây.", "The clock is off by {ahead_s} s."),
    (Part.DISK, "measured"): ("Đĩa còn {free_gb} GB.", "{free_gb} GB are free on the disk."),
}
_NAMES = {Upstream.CAMERA: "camera", Upstream.MICROPHONE: "microphone"}


def help_word(name: str, language: Language, *values: object) -> str:
    return _WORDS[name][language != "vi"].format(*values)


def asked_sentence(asked: Help, language: Language) -> str:
    return _ASKED[asked.act][language != "vi"].format(asked.text)


def check_sentences(findings: Iterable[Finding], language: Language) -> str:
    """The ways by a relay are left out: that one is needed is said already."""
    said = [
        _FOUND[one.what, one.outcome][language != "vi"].format_map(one.figures)
        for one in findings
        if (one.what, one.outcome) in _FOUND
    ]
    return " ".join(said)[:LONGEST_SAID]


def state_sentences(
    diary: Diary, ear: Ear | None, absent: frozenset[Upstream], not_open: frozenset[Upstream], language: Language
) -> str:
    """Devices, levels, line and errors. `absent`: by the room's own settings; `not_open`: not at this moment."""
    said = [f"{_device(upstream, diary, ear, absent, not_open, language)}" for upstream in _NAMES]
    said.append(_line(diary.outages(), language))
    errors = [f"{_clock(at)} {sentence}" for at, sentence in diary.errors()[:MOST_ERRORS]]
    if errors:
        said.append(help_word("errors", language, " ".join(errors)))
    return " ".join(said)[:LONGEST_SAID]


def _device(
    upstream: Upstream,
    diary: Diary,
    ear: Ear | None,
    absent: frozenset[Upstream],
    not_open: frozenset[Upstream],
    language: Language,
) -> str:
    name = help_word(_NAMES[upstream], language)
    problem = diary.problems.get(upstream)
    if problem is not None:
        return f"{name}: {problem_sentence(told_from_afar(problem), language)}"
    if upstream in absent:
        return f"{name}: {help_word('not_used', language)}."
    if upstream in not_open:
        return f"{name}: {help_word('not_open', language)}."
    parts = [help_word("works", language)]
    if upstream is Upstream.MICROPHONE and ear is not None and ear.level_db is not None:
        if ear.level_db < DEAD_DB and ear.dead_s >= QUIET_S / 2:
            parts = [help_word("silence", language, round(ear.dead_s))]
        else:
            parts.append(help_word("level", language, round(ear.level_db)))
    return f"{name}: {', '.join(parts)}."


def _line(outages: list[Outage], language: Language) -> str:
    if not outages:
        return help_word("line_whole", language)
    longest = max((one.seconds for one in outages if one.seconds is not None), default=0.0)
    return help_word("line_broken", language, len(outages), round(longest), _clock(outages[0].since))


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M}"
