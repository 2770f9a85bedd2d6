"""What control, media and recorder say to each other over Unix sockets (see `channel`).

Media listens on ``media.sock`` (control, one at a time) and ``media-tap.sock`` (the recorder, SOCK_SEQPACKET);
the recorder listens on ``recorder.sock`` (control); control listens on ``control.sock`` (`tiepdan reception`).
Commands go down, events come up. Commands that set something carry the whole desired state, so that either
side may restart and one repeated command puts everything right.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from signaling.desk_messages import Command
from signaling.messages import Carried, LinkState, Purpose, RoomCode
from signaling.refusals import Refusal, RefusalCode


class Frame(BaseModel):
    """Base of every message on a channel."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- control to media ------------------------------------------------------------------------------


class OpenLink(Frame):
    """Negotiate a link. Replied to by `LinkOpened` or `Failed`. Never logged: it carries SDP."""

    kind: Literal["open_link"] = "open_link"
    link: str
    room: RoomCode
    purpose: Purpose
    sdp: str


class RestartLink(Frame):
    """ICE restart of a link. Replied to by `LinkOpened` or `Failed`. Never logged: it carries SDP.

    `sdp`: the whole offer; from WHIP and WHEP only an RFC 8840 fragment with the new ice-ufrag and ice-pwd.
    """

    kind: Literal["restart_link"] = "restart_link"
    link: str
    sdp: str


class MeasureLine(Frame):
    """Negotiate a link that only measures a line. Replied to by `LinkOpened` or `Failed`. Never logged: it carries
    SDP."""

    kind: Literal["measure_line"] = "measure_line"
    link: str
    room: RoomCode
    sdp: str


class EndMeasuring(Frame):
    """Replied to by `LineMeasured`, or `Failed` where there is no such link any more."""

    kind: Literal["end_measuring"] = "end_measuring"
    link: str


class CloseLink(Frame):
    kind: Literal["close_link"] = "close_link"
    link: str


class SetStage(Frame):
    """The whole desired stage. `audience` None means every room; the desk is always in it.

    `closed` wins over everything: no room but those in `audience` (which must not be None), no recorder,
    no retransmission from before. With `live` False nobody but the desk gets anything (before the opening,
    after the end). `interpreter`: whose microphone is the interpretation.
    """

    kind: Literal["set_stage"] = "set_stage"
    live: bool
    closed: bool
    audience: tuple[RoomCode, ...] | None
    floor: RoomCode | None
    record: bool
    desk: RoomCode | None
    interpreter: RoomCode | None = None


class MediaStatus(Frame):
    """Ask for a `MediaSnapshot`."""

    kind: Literal["media_status"] = "media_status"


# --- media to control ------------------------------------------------------------------------------


class LinkOpened(Frame):
    kind: Literal["link_opened"] = "link_opened"
    link: str
    sdp: str


class LineMeasured(Frame):
    """What came from a room whose line is measured; None: too little to say anything."""

    kind: Literal["line_measured"] = "line_measured"
    loss_up_percent: float | None
    jitter_up_ms: float | None
    up_kbps: float | None


class LinkChanged(Frame):
    kind: Literal["link_changed"] = "link_changed"
    link: str
    room: RoomCode
    purpose: Purpose
    state: LinkState
    refusal: RefusalCode | None = None  # of a link that media closed for a reason of its own


class LinkReport(NamedTuple):
    """Once a second per link, from its receiver reports and from what was sent. Counts since it began.

    No frame of its own: six hundred a second are made, and a tuple is made in a tenth of a model's time.
    """

    link: str
    packets_sent: int
    packets_received: int
    loss_percent: float | None
    rtt_ms: float | None
    layer: Carried = ""
    estimate_bps: int | None = None  # what media takes the line to carry, downstream
    upstream_loss_percent: float | None = None  # of what the room sends, before repair
    repeats: int = 0  # packets sent again
    key_frames_asked: int = 0  # by this room, of the stage


class LinkReports(Frame):
    kind: Literal["link_reports"] = "link_reports"
    links: tuple[LinkReport, ...]


DELAY_BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.05, 0.25)
"""Upper bounds of the delay histogram's buckets; one more counts what is beyond."""


class MediaReport(Frame):
    """Once a second, of the whole media process: counts since it started."""

    kind: Literal["media_report"] = "media_report"
    packets_in: int
    bytes_in: int
    packets_out: int
    bytes_out: int
    packets_dropped: int  # no room in the socket's buffer, or refused by libsrtp
    datagrams_refused: int  # of nobody, malformed, or not authentic
    repeats: int
    nacks_received: int
    nacks_sent: int
    key_frames_asked: int  # by rooms
    key_frames_wanted: int  # of sources, after merging and spacing
    layers: dict[str, int]  # links by what they carry now: the values of `Carried`
    delay_counts: tuple[int, ...]  # packets by added delay, one count per bucket of DELAY_BOUNDS_S and one beyond
    delay_sum_s: float


class SlotSwitched(Frame):
    """A slot shows another source since this moment (its first key frame, or first sound, went out), or none."""

    kind: Literal["slot_switched"] = "slot_switched"
    slot: Literal["desk", "floor", "document", "interpreter"]
    room: RoomCode | None


class DebugWanted(Frame):
    """Ask for a `DebugSnapshot`."""

    kind: Literal["debug_wanted"] = "debug_wanted"


class DebugSnapshot(Frame):
    """What each long-lived object of the process is now, by its name. No names of people, SDP or addresses."""

    kind: Literal["debug_snapshot"] = "debug_snapshot"
    objects: dict[str, dict[str, JsonValue]]


class MediaSnapshot(Frame):
    kind: Literal["media_snapshot"] = "media_snapshot"
    codec: Literal["h264", "vp8"]
    links: tuple[LinkChanged, ...]
    slots: dict[str, RoomCode | None]
    packets_in: int
    packets_out: int
    packets_dropped: int


# --- control to recorder ---------------------------------------------------------------------------


class ChapterMark(Frame):
    """One time an agenda item was heard; wall-clock seconds since the epoch. `label` carries no names."""

    item: int
    position: int
    label: str
    petitions: tuple[str, ...]
    started_at: float
    ended_at: float | None
    closed: bool


class SetRecording(Frame):
    """The whole desired recording. `recording` is the folder's name: made by control, never from input.

    `state`: "recording" writes what arrives; "paused" (a closed item) writes nothing and notes a gap with
    `reason`; "ended" closes, seals the manifest and builds the playable file. Chapters are sent whole.
    """

    kind: Literal["set_recording"] = "set_recording"
    recording: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    reception: int
    state: Literal["recording", "paused", "ended"]
    reason: str = ""
    chapters: tuple[ChapterMark, ...] = ()


class RecorderStatus(Frame):
    """Ask for a `RecordingGrew`, or `Idle`."""

    kind: Literal["recorder_status"] = "recorder_status"


# --- recorder to control ---------------------------------------------------------------------------


class Idle(Frame):
    kind: Literal["idle"] = "idle"


class RecordingGrew(Frame):
    """Once a second while a recording is open. `bytes` are bytes in files, `seconds` recorded media.

    `alarm` while not growing: "no_media" (for 3 s nothing came from the stage: nobody publishes, or the media
    process is gone), "stalled" (packets come, and for 3 s the files did not grow), "write_failed" (the disk
    refused; stands until writing has gone well again). While it grows: "on_spare" (the first disk takes nothing,
    the spare one is written), "disk_low" (half a day more may not fit; isolated sources make room for the
    programme), "isolated_lost" (they are given up for another reason). Empty: nothing is wrong, or it is paused.
    """

    kind: Literal["recording_grew"] = "recording_grew"
    recording: str
    state: Literal["recording", "paused"]
    bytes: int
    seconds: float
    growing: bool
    segments: int
    alarm: str = ""
    disk_free: int | None = None  # bytes, on the disk that is written; None: not known


class ChapterSpan(Frame):
    """Where a chapter lies in the playable file, in seconds; one per item, over gaps and restarts."""

    item: int
    position: int
    starts_s: float
    ends_s: float


class RecordingSealed(Frame):
    """Sent after "ended", and again on connect for recordings sealed while control was away."""

    kind: Literal["recording_sealed"] = "recording_sealed"
    recording: str
    reception: int
    file: str  # name of the playable file inside the recording's folder; empty: nothing was recorded
    media_type: str  # "video/mp4" or "video/webm"
    started_at: float | None
    seconds: float
    bytes: int
    video_frames: int
    audio_seconds: float
    segments: int
    gaps: int
    chapters: tuple[ChapterSpan, ...]


# --- `tiepdan reception` to control ----------------------------------------------------------------


class RunCommand(Frame):
    """A desk command from the server's own console; the actor in the audit log is the system account."""

    kind: Literal["run_command"] = "run_command"
    command: Command


class BeginRehearsal(Frame):
    """Open a rehearsal with the rooms that are there. It ends with the conversation, or with `CommandName.END`."""

    kind: Literal["begin_rehearsal"] = "begin_rehearsal"


class AskStatus(Frame):
    """Ask for `ReceptionStatus`."""

    kind: Literal["ask_status"] = "ask_status"


class AskReceptions(Frame):
    kind: Literal["ask_receptions"] = "ask_receptions"


class ReceptionLine(Frame):
    id: int
    title: str
    planned_on: str
    state: str
    items: int


class Receptions(Frame):
    kind: Literal["receptions"] = "receptions"
    receptions: tuple[ReceptionLine, ...]


class ReceptionStatus(Frame):
    """What `tiepdan reception status --json` prints. `console` is a ConsoleState as a JSON object."""

    kind: Literal["reception_status"] = "reception_status"
    console: dict[str, object] | None
    rooms: tuple[dict[str, object], ...]
    slots: dict[str, RoomCode | None] = {}  # whose picture, or sound, each shows at this moment
    rehearsed: bool = False  # what is open counts nowhere


# --- replies common to all -------------------------------------------------------------------------


class Done(Frame):
    kind: Literal["done"] = "done"


class Failed(Frame):
    kind: Literal["failed"] = "failed"
    refusal: Refusal


AnyFrame = Annotated[
    OpenLink
    | RestartLink
    | MeasureLine
    | EndMeasuring
    | LineMeasured
    | CloseLink
    | SetStage
    | MediaStatus
    | DebugWanted
    | LinkOpened
    | LinkChanged
    | LinkReports
    | MediaReport
    | SlotSwitched
    | MediaSnapshot
    | DebugSnapshot
    | SetRecording
    | RecorderStatus
    | Idle
    | RecordingGrew
    | RecordingSealed
    | RunCommand
    | BeginRehearsal
    | AskStatus
    | AskReceptions
    | Receptions
    | ReceptionStatus
    | Done
    | Failed,
    Field(discriminator="kind"),
]
