"""Who may do what: roles, rights, and the one table between them. What is not written here nobody may.

How much of a petition somebody reads depends on the petition, too: `server.petitions.rules`. A room is no
account; what its key gives is `server.receptions.rules`.
"""

from __future__ import annotations

from enum import StrEnum

from server.web.languages import N_


class Role(StrEnum):
    HOST = "host"  # chủ trì
    OFFICER = "officer"  # Ban Tiếp công dân
    CLERK = "clerk"  # thư ký
    REVIEWER = "reviewer"  # watches recordings for the record
    SUPERVISOR = "supervisor"  # giám sát: reads, and leaves remarks
    TECHNICIAN = "technician"  # lines and machines, nothing of a petition
    ADMINISTRATOR = "administrator"
    ROOM_OFFICER = "room_officer"  # cán bộ điểm cầu: what concerns its own unit
    DEPARTMENT_OFFICER = "department_officer"  # cán bộ sở, ban, ngành: the tasks of its own department
    ROOM = "room"  # what a room's key gives; stored in audit events, never in an account


class Right(StrEnum):
    RUN_RECEPTION = "run_reception"  # every button of the console
    PUBLISH_DESK = "publish_desk"
    SEE_CONSOLE = "see_console"
    CALL_ROLL = "call_roll"  # who is present in an item, and that it is so
    PLAN_RECEPTIONS = "plan_receptions"  # schedule, agenda, audience
    EXPORT_CLIPS = "export_clips"  # of what its role may watch
    READ_RECEPTIONS = "read_receptions"  # agenda, attendance
    WATCH_RECORDINGS = "watch_recordings"  # which, and how much of each, says `review.reading`
    NOTE_RECORDINGS = "note_recordings"
    CORRECT_CHAPTERS = "correct_chapters"
    KEEP_RECORDINGS = "keep_recordings"  # quarantine; hold and deletion
    READ_ACCESSES = "read_accesses"  # who watched what
    WRITE_PETITIONS = "write_petitions"
    READ_PETITIONS = "read_petitions"  # the register; how much of each says `petitions.rules.reading`
    WRITE_VISITS = "write_visits"  # and registrations
    READ_VISITS = "read_visits"  # who came or asked to; how much says `petitions.citizens.reading_of`
    DRAFT_CONCLUSIONS = "draft_conclusions"
    ISSUE_CONCLUSIONS = "issue_conclusions"
    FOLLOW_TASKS = "follow_tasks"  # write down what the units tell, and review meetings
    DECIDE_TASKS = "decide_tasks"  # extend, send back, confirm, cancel
    READ_TASKS = "read_tasks"  # conclusions too
    ANSWER_TASKS = "answer_tasks"  # of the own units only: which these are says `conclusions.own_units`
    REMARK = "remark"  # on petitions and tasks, as a supervisor
    ANSWER_REMARKS = "answer_remarks"
    DRAFT_DOCUMENTS = "draft_documents"
    ISSUE_DOCUMENTS = "issue_documents"
    READ_DOCUMENTS = "read_documents"  # which ones says `documents.rules`
    READ_FIGURES = "read_figures"  # small numbers about denunciations: `figures.sheet.knows_denunciations`
    SEE_LINES = "see_lines"
    SEE_WALL = "see_wall"  # the rooms' small pictures; when and of which rooms says `receptions.wall_rules`
    HELP_ROOMS = "help_rooms"  # ask a room's screen to check, reload, change a device, show a message
    KEEP_ROOMS = "keep_rooms"  # hand out and withdraw the rooms' addresses
    IMPORT_ROOMS = "import_rooms"  # and merge, rename and split them
    KEEP_ACCOUNTS = "keep_accounts"
    INSPECT = "inspect"  # what the processes are doing


_H, _O, _C, _R, _S, _T, _A, _U, _D = (
    Role.HOST,
    Role.OFFICER,
    Role.CLERK,
    Role.REVIEWER,
    Role.SUPERVISOR,
    Role.TECHNICIAN,
    Role.ADMINISTRATOR,
    Role.ROOM_OFFICER,
    Role.DEPARTMENT_OFFICER,
)
OF_UNITS = frozenset({Role.ROOM_OFFICER, Role.DEPARTMENT_OFFICER})
"""Roles that see only what concerns the units and departments of which they hold an office that day
(`server.rooms.offices`)."""
HOLDERS: dict[Right, frozenset[Role]] = {
    Right.RUN_RECEPTION: frozenset({_H, _O, _A}),
    Right.PUBLISH_DESK: frozenset({_H, _O, _A}),
    Right.SEE_CONSOLE: frozenset({_H, _O, _C, _A}),
    Right.CALL_ROLL: frozenset({_H, _O, _C}),
    Right.PLAN_RECEPTIONS: frozenset({_H, _O, _C, _A}),
    Right.READ_RECEPTIONS: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.WATCH_RECORDINGS: frozenset({_H, _O, _C, _R, _S, _A, _U}),
    Right.EXPORT_CLIPS: frozenset({_H, _O, _C, _R}),
    Right.NOTE_RECORDINGS: frozenset({_H, _O, _C, _R}),
    Right.CORRECT_CHAPTERS: frozenset({_H, _O, _C}),
    Right.KEEP_RECORDINGS: frozenset({_H, _O}),
    Right.READ_ACCESSES: frozenset({_H, _O, _A}),
    Right.WRITE_PETITIONS: frozenset({_O, _C, _A}),
    Right.READ_PETITIONS: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.WRITE_VISITS: frozenset({_O, _C}),
    Right.READ_VISITS: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.DRAFT_CONCLUSIONS: frozenset({_H, _O, _C}),
    Right.ISSUE_CONCLUSIONS: frozenset({_H, _O}),
    Right.FOLLOW_TASKS: frozenset({_H, _O, _C}),
    Right.DECIDE_TASKS: frozenset({_H, _O}),
    Right.READ_TASKS: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.ANSWER_TASKS: frozenset({_U, _D}),
    Right.REMARK: frozenset({_S}),
    Right.ANSWER_REMARKS: frozenset({_H, _O}),
    Right.DRAFT_DOCUMENTS: frozenset({_H, _O, _C}),
    Right.ISSUE_DOCUMENTS: frozenset({_H, _O}),
    Right.READ_DOCUMENTS: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.READ_FIGURES: frozenset({_H, _O, _C, _R, _S, _A}),
    Right.SEE_LINES: frozenset({_H, _O, _C, _T, _A}),
    Right.SEE_WALL: frozenset({_H, _O, _C, _T, _A}),
    Right.HELP_ROOMS: frozenset({_O, _C, _T, _A}),
    Right.KEEP_ROOMS: frozenset({_O, _A}),
    Right.IMPORT_ROOMS: frozenset({_A}),
    Right.KEEP_ACCOUNTS: frozenset({_A}),
    Right.INSPECT: frozenset({_T, _A}),
}
ROLE_WORDS: dict[Role, str] = {
    Role.HOST: N_("Host"),
    Role.OFFICER: N_("Reception officer"),
    Role.CLERK: N_("Clerk"),
    Role.REVIEWER: N_("Reviewer"),
    Role.SUPERVISOR: N_("Supervisor"),
    Role.TECHNICIAN: N_("Technician"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.ROOM_OFFICER: N_("Room officer"),
    Role.DEPARTMENT_OFFICER: N_("Department officer"),
}
RIGHT_WORDS: dict[Right, str] = {
    Right.RUN_RECEPTION: N_("Open a reception, call items, give the floor, close an item"),
    Right.PUBLISH_DESK: N_("Send the desk's camera and microphone"),
    Right.SEE_CONSOLE: N_("See the console during a reception"),
    Right.CALL_ROLL: N_("Say and confirm who is present in an item"),
    Right.PLAN_RECEPTIONS: N_("Plan receptions, their agenda and their audience"),
    Right.READ_RECEPTIONS: N_("Read receptions, their agenda and who was there"),
    Right.WATCH_RECORDINGS: N_("Watch recordings and search them"),
    Right.EXPORT_CLIPS: N_("Export clips of recordings"),
    Right.NOTE_RECORDINGS: N_("Write notes on recordings"),
    Right.CORRECT_CHAPTERS: N_("Correct the chapters of recordings"),
    Right.KEEP_RECORDINGS: N_("Put recordings into quarantine and release them"),
    Right.READ_ACCESSES: N_("See who watched which recording"),
    Right.WRITE_PETITIONS: N_("Enter petitions and what becomes of them"),
    Right.READ_PETITIONS: N_("Search and read the register of petitions"),
    Right.WRITE_VISITS: N_("Enter who came, and withdraw what was entered"),
    Right.READ_VISITS: N_("Read the register of visits"),
    Right.DRAFT_CONCLUSIONS: N_("Draft conclusions"),
    Right.ISSUE_CONCLUSIONS: N_("Issue conclusions"),
    Right.FOLLOW_TASKS: N_("Note what units report of their tasks, and review meetings"),
    Right.DECIDE_TASKS: N_("Extend, send back, confirm and cancel tasks"),
    Right.READ_TASKS: N_("Read conclusions and tasks"),
    Right.ANSWER_TASKS: N_("Read the tasks of the own unit and say how they stand"),
    Right.REMARK: N_("Leave supervision remarks on petitions and tasks"),
    Right.ANSWER_REMARKS: N_("Answer supervision remarks"),
    Right.DRAFT_DOCUMENTS: N_("Draft minutes, notices and letters"),
    Right.ISSUE_DOCUMENTS: N_("Issue minutes, notices and letters"),
    Right.READ_DOCUMENTS: N_("Read minutes, notices and letters"),
    Right.READ_FIGURES: N_("Read the figures and the report forms"),
    Right.SEE_LINES: N_("See the lines of the rooms"),
    Right.SEE_WALL: N_("See small live pictures of the rooms"),
    Right.HELP_ROOMS: N_("Help rooms from afar: message, check, reload, another device"),
    Right.KEEP_ROOMS: N_("Hand out and withdraw the rooms' addresses"),
    Right.IMPORT_ROOMS: N_("Import the list of rooms; merge, rename and split units"),
    Right.KEEP_ACCOUNTS: N_("Keep the accounts"),
    Right.INSPECT: N_("See the technical state of the server"),
}
_RIGHTS = {role: frozenset(right for right in Right if role in HOLDERS[right]) for role in Role}


def rights_of(role: Role) -> frozenset[Right]:
    return _RIGHTS[role]
