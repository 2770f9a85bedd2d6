"""The first wording of each document, from what the record knows. The clerk corrects it.

Where the record is silent the paper has dots: numbers of identity cards and telephones are written by hand on
the printed sheet and never enter the system.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from server.conclusions.queries import TaskView
from server.conclusions.tables import Conclusion, ConclusionTask
from server.documents.kinds import KINDS, REPLY_DUE
from server.documents.letterheads import Letterhead
from server.documents.record import Break, ItemRecord, Spoke, room_name
from server.documents.tables import DocumentKind
from server.documents.vietnamese import (
    composed,
    day_words,
    hour_words,
    length_words,
    listed,
    moment_words,
    sentence,
    short_day,
)
from server.petitions.tables import Petition, PetitionKind
from server.receptions.roll_queries import OfficeAt
from server.receptions.tables import Reception, ReceptionMode
from server.web.languages import local_day

DOTS = "…" * 8
ROOMS_NAMED = 12
"""More rooms than these are counted: their list is the attendance of the reception."""
_MODES = {
    ReceptionMode.REGULAR: "thường xuyên",
    ReceptionMode.PERIODIC: "định kỳ",
    ReceptionMode.IRREGULAR: "đột xuất",
}
_KINDS = {
    PetitionKind.COMPLAINT: "đơn khiếu nại",
    PetitionKind.DENUNCIATION: "đơn tố cáo",
    PetitionKind.RECOMMENDATION: "đơn kiến nghị",
    PetitionKind.REFLECTION: "đơn phản ánh",
}
Say = Callable[..., str]
"""A message in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Filling:
    """What is known beside the item. `writer`: the name of who draws it up."""

    letterhead: Letterhead
    today: date
    writer: str
    say: Say
    office_name: Callable[[str], str]  # of an office, by its code
    reply_due_on: date | None = None  # of a letter


def _common(kind: DocumentKind, filling: Filling) -> dict[str, str]:
    head = filling.letterhead
    values = {part.name: "" for part in KINDS[kind].parts}
    values.update(superior=head.superior, issuer=head.issuer)
    values["place_and_day"] = _place_and_day(filling, filling.today)
    if "writer" in values:
        values["writer"] = filling.writer
    return values


def _done(values: dict[str, str]) -> dict[str, str]:
    return {name: composed(text) for name, text in values.items()}


# --- of an item ------------------------------------------------------------------------------------


def fill_minutes(record: ItemRecord, filling: Filling) -> dict[str, str]:
    values, reception = _common(DocumentKind.MINUTES, filling), record.ground.reception
    began = record.hearings[0].started_at if record.hearings else reception.opened_at or reception.planned_at
    values["place_and_day"] = _place_and_day(filling, local_day(began))
    ended = record.hearings[-1].ended_at if record.hearings else None
    values["opening"] = (
        f"Hôm nay, vào hồi {moment_words(began)}, tại {place_of(reception)} tiến hành tiếp công dân"
        f" {_MODES[reception.mode]}, mục {record.ground.item.position} trong chương trình."
    )
    values["composition"] = "\n".join([_host_line(reception), *_members_lines(record, filling)])
    values["received"] = "\n".join(
        f"- {petition.petitioner_name or DOTS}; địa chỉ: {petition.petitioner_address or DOTS}"
        f"{_representatives(petition)}{_count(petition)}."
        for petition in record.petitions
    )
    values["matter"] = "\n".join(
        f"{_petition_words(each)}: {sentence(each.content or each.summary)}" for each in record.petitions
    )
    requests = [sentence(each.request) for each in record.petitions if each.request]
    values["request"] = "\n".join(requests) or DOTS
    values["papers"] = DOTS
    values["opinions"] = listed([_spoke_line(each) for each in record.spoke]) or DOTS
    values["conclusion"] = _conclusion(record.conclusion, record.tasks) or DOTS
    opinion = record.conclusion.citizen_opinion if record.conclusion else ""
    values["citizen_opinion"] = sentence(opinion) or DOTS
    values["link"] = link_words(record, filling.say)
    end = f"{hour_words(ended)} cùng ngày" if ended else f"… giờ … phút, {day_words(local_day(began))}"
    values["closing"] = (
        f"Việc tiếp công dân kết thúc vào hồi {end}. Biên bản được lập thành 02 bản, đã đọc lại cho những người"
        " tham dự cùng nghe, công nhận đúng và ký tên; giao người được tiếp 01 bản."
    )
    values["host"] = reception.host_name
    return _done(values)


def fill_notice(record: ItemRecord, filling: Filling) -> dict[str, str]:
    """The petition stands by its code: the notice is read by some who read no names."""
    values, reception = _common(DocumentKind.NOTICE, filling), record.ground.reception
    day = short_day(record.ground.held_on)
    codes = ", ".join(record.ground.codes)
    values["subject"] = f"Kết luận của người chủ trì tại phiên tiếp công dân ngày {day}"
    matters = "; ".join(
        f"{_KINDS[each.kind]} mã {each.code} ({each.summary.rstrip('.')})" for each in record.petitions
    )
    held = day_words(record.ground.held_on).capitalize()
    values["opening"] = (
        f"{held}, tại {place_of(reception)}, {_host(reception)} đã chủ trì tiếp công dân"
        f" {_MODES[reception.mode]}, nghe và xem xét {matters}."
        " Sau khi nghe công dân trình bày và ý kiến của các cơ quan, đơn vị, người chủ trì kết luận như sau:"
    )
    if record.issued is not None:
        values["conclusion"] = record.issued.content
        values["tasks"] = _tasks(record.issued_tasks) or "Vụ việc đã giải quyết tại chỗ, không giao nhiệm vụ."
    issuer = filling.letterhead.name or DOTS
    values["closing"] = (
        f"{issuer} thông báo để các cơ quan, đơn vị biết và thực hiện; kết quả báo cáo đúng thời hạn nêu trên./."
    )
    units = list(dict.fromkeys(body_of(row) for row in record.issued_tasks if row.assignee_name))
    values["recipients"] = listed(
        [*(f"{unit};" for unit in units), f"Công dân có đơn mã {codes};", f"Lưu: VT, {filling.letterhead.symbol}."]
    )
    values["signer_post"] = "TRƯỞNG BAN"
    return _done(values)


def fill_appointment(record: ItemRecord, filling: Filling) -> dict[str, str]:
    values, reception = _common(DocumentKind.APPOINTMENT, filling), record.ground.reception
    values["received"] = "\n".join(
        f"Ông (bà): {'; '.join((each.petitioner_name or DOTS, *each.representatives.splitlines()))}\n"
        f"Địa chỉ: {each.petitioner_address or DOTS}"
        for each in record.petitions
    )
    values["matter"] = "\n".join(f"{_petition_words(each)}: {sentence(each.summary)}" for each in record.petitions)
    ahead = not record.hearings and local_day(reception.planned_at) >= filling.today
    values["when"] = moment_words(reception.planned_at) if ahead else f"… giờ … phút, {DOTS}"
    values["where"] = place_of(reception)
    values["bring"] = (
        "Giấy tờ tùy thân, đơn và tài liệu liên quan; giấy ủy quyền (nếu là người được ủy quyền, người đại diện)."
    )
    return _done(values)


def link_words(record: ItemRecord, say: Say) -> str:
    """What the minutes say of the link, whether it broke or not."""
    lines = [_break_line(each, say) for each in record.breaks]
    if record.others_broken:
        lines.append(
            f"Ngoài ra, {record.others_broken:02} điểm cầu khác không phát biểu có lúc mất kết nối trong thời gian"
            " tiếp; thời điểm ghi trong nhật ký của hệ thống."
        )
    if not lines and not record.hearings:
        return DOTS
    if not lines and not record.rooms:
        return "Nội dung này không truyền đến các điểm cầu."
    if not lines:
        return "Trong thời gian tiếp, đường truyền liên tục, không bị gián đoạn."
    return listed(lines)


# --- of a task, and of a reception -----------------------------------------------------------------


def fill_urging(
    record: ItemRecord, task: TaskView, wording: ConclusionTask, ordinal: int, filling: Filling
) -> dict[str, str]:
    values = _common(DocumentKind.URGING, filling)
    issued, codes = record.issued, ", ".join(task.codes)
    by = f"Thông báo số {issued.document}" if issued and issued.document else "kết luận của người chủ trì"
    held, due = short_day(record.ground.held_on), short_day(task.due_on)
    values["subject"] = f"V/v đôn đốc thực hiện kết luận tiếp công dân ngày {held}" + (
        f" (lần {ordinal})" if ordinal > 1 else ""
    )
    unit = body_of(wording)
    values["addressee"] = unit
    values["matter"] = (
        f"Tại phiên tiếp công dân ngày {held}, theo {by} đối với vụ việc mã {codes}, {unit} được"
        f" giao: {sentence(wording.content)}\nThời hạn thực hiện: {due}."
    )
    late = (filling.today - task.due_on).days
    values["standing"] = (
        f"Đến {day_words(filling.today)}, nhiệm vụ đã quá hạn {late:02} ngày; chưa nhận được báo cáo kết quả của"
        " đơn vị."
    )
    reply = DOTS if filling.reply_due_on is None else short_day(filling.reply_due_on)
    values[REPLY_DUE] = "" if filling.reply_due_on is None else filling.reply_due_on.isoformat()
    values["demand"] = (
        f"Đề nghị {unit} khẩn trương thực hiện, báo cáo kết quả (nêu rõ nguyên nhân chậm) về"
        f" {wording.report_to or filling.letterhead.name} chậm nhất ngày {reply}./."
    )
    values["recipients"] = listed(["Như trên;", f"Lưu: VT, {filling.letterhead.symbol}."])
    values["signer_post"] = "TRƯỞNG BAN"
    return _done(values)


def fill_nobody_came(reception: Reception, rooms: Iterable[str], filling: Filling) -> dict[str, str]:
    values = _common(DocumentKind.NOBODY_CAME, filling)
    began = reception.opened_at or reception.planned_at
    values["place_and_day"] = _place_and_day(filling, local_day(began))
    values["opening"] = (
        f"Hôm nay, từ {moment_words(began)}, tại {place_of(reception)}, theo lịch tiếp công dân"
        f" {_MODES[reception.mode]} đã công bố."
    )
    values["composition"] = "\n".join([_host_line(reception), *_rooms_lines(tuple(rooms))])
    values["matter"] = "Trong suốt thời gian tiếp công dân nêu trên, không có công dân nào đến."
    end = f"{hour_words(reception.ended_at)} cùng ngày" if reception.ended_at else "… giờ … phút cùng ngày"
    values["closing"] = (
        f"Buổi tiếp công dân kết thúc vào hồi {end}. Biên bản đã đọc lại cho những người có mặt cùng nghe, công"
        " nhận đúng và ký tên."
    )
    values["host"] = reception.host_name
    return _done(values)


# --- words -----------------------------------------------------------------------------------------


def body_of(row: ConclusionTask) -> str:
    """Of a unit of the registry its People's Committee is meant: "UBND phường Hà Tu, thành phố Hạ Long"."""
    if not row.assignee_code:
        return row.assignee_name
    return "UBND " + ", ".join(part[:1].lower() + part[1:] for part in row.assignee_name.split(", "))


def _place_and_day(filling: Filling, day: date) -> str:
    return f"{filling.letterhead.place or DOTS}, {day_words(day)}"


def place_of(reception: Reception) -> str:
    return reception.place or DOTS


def _host(reception: Reception) -> str:
    return f"ông (bà) {reception.host_name}" if reception.host_name else "người chủ trì"


def _host_line(reception: Reception) -> str:
    return f"- Ông (bà) {reception.host_name or DOTS}: chủ trì;"


def _members_lines(record: ItemRecord, filling: Filling) -> list[str]:
    """Who was present by office, the desk first, then each room; then rooms of which nobody said who was there."""
    lines, named = [], set()
    for each in record.offices:
        names = "; ".join(_office_words(office, filling) for office in each.offices)
        if each.is_desk:
            lines.append(f"- Cùng dự: {names};")
        else:
            named.add(room_name(each.room))
            lines.append(f"- Điểm cầu {room_name(each.room)}: {names};")
    rest = tuple(room for room in record.rooms if room not in named)
    return [*lines, *_rooms_lines(rest)] if rest or not lines else lines


def _office_words(office: OfficeAt, filling: Filling) -> str:
    return filling.office_name(office.office) + (" (cấp phó dự thay)" if office.deputy else "")


def _rooms_lines(rooms: tuple[str, ...]) -> list[str]:
    if not rooms:
        return [f"- Thành phần khác: {DOTS}"]
    if len(rooms) > ROOMS_NAMED:
        return [f"- {len(rooms)} điểm cầu cấp huyện, cấp xã tham dự trực tuyến (danh sách theo nhật ký hệ thống)."]
    return [f"- Điểm cầu tham dự trực tuyến: {'; '.join(rooms)}."]


def _representatives(petition: Petition) -> str:
    others = petition.representatives.splitlines()
    return f"; cùng đại diện: {', '.join(others)}" if others else ""


def _count(petition: Petition) -> str:
    """Who stands behind those that are named."""
    unnamed = petition.petitioner_count - 1 - len(petition.representatives.splitlines())
    return f"; cùng {unnamed} người khác" if unnamed > 0 else ""


def _petition_words(petition: Petition) -> str:
    return f"{_KINDS[petition.kind].capitalize()} mã {petition.code}"


def _spoke_line(each: Spoke) -> str:
    return f"{hour_words(each.span.started_at)}, {each.room}: {DOTS}"


def _break_line(each: Break, say: Say) -> str:
    when = (
        f"Từ {hour_words(each.started_at, seconds=True)} đến {hour_words(each.ended_at, seconds=True)}"
        f" ({length_words(each.ended_at - each.started_at)})"
    )
    if each.room:
        return f"{when}: điểm cầu {each.room} mất kết nối."
    return f"{when}: bản ghi hình bị gián đoạn ({say(each.reason)})."


def _conclusion(conclusion: Conclusion | None, tasks: tuple[ConclusionTask, ...]) -> str:
    if conclusion is None:
        return ""
    given = _tasks(tasks)
    if conclusion.settled_here and not given:
        given = "Vụ việc đã giải quyết tại chỗ."
    return "\n".join(part for part in (conclusion.content, given) if part)


def _tasks(tasks: Iterable[ConclusionTask]) -> str:
    lines = []
    for place, row in enumerate(tasks, 1):
        who = body_of(row) + (f" ({row.person})" if row.person else "")
        due = f" Thời hạn: {short_day(row.due_on)}." if row.due_on else ""
        report = f" Báo cáo: {row.report_to.rstrip('.')}." if row.report_to else ""
        lines.append(f"{place}. Giao {who}: {sentence(row.content)}{due}{report}")
    return "\n".join(lines)
