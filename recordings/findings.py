"""What `verify` says of each part of a recording or a clip. Codes here; the sentences are the command's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum


class State(StrEnum):
    WHOLE = "whole"
    UNSIGNED = "unsigned"  # as the manifest says, but no key that was brought vouches for the manifest
    ELSEWHERE = "elsewhere"  # a note beside the manifest says that it lies in the archive; nobody looked there
    UNREAD = "unread"  # it is there, and cannot be read: no right to it, or a disk that gives its bytes no more
    ADDED = "added"  # lies in the folder, and nothing that is signed names it
    MISSING = "missing"
    ALTERED = "altered"


class Part(StrEnum):
    MANIFEST = "manifest"
    SEGMENT = "segment"
    ISOLATED = "isolated"  # a file of an isolated source
    LATE = "late"  # what a room handed over after its line was down
    PLAYABLE = "playable"
    CHAPTER = "chapter"
    CORRECTION = "correction"
    CLIP = "clip"
    STAMP = "stamp"
    FILE = "file"


class Why(StrEnum):
    """Each with what `Finding.said` has to fill in."""

    NOTHING = ""
    NOT_SEALED = "not_sealed"
    NEVER_SIGNED = "never_signed"  # sealed before recordings were signed
    NO_KEY_BROUGHT = "no_key_brought"  # key
    UNKNOWN_KEY = "unknown_key"  # key
    BAD_SIGNATURE = "bad_signature"
    KEY_NOT_IN_USE = "key_not_in_use"  # key
    NO_SIGNATURE = "no_signature"
    NO_LIST = "no_list"  # the manifest is missing or unreadable, so that nothing says what it was
    CANNOT_READ = "cannot_read"  # said: what the operating system said
    UNREADABLE = "unreadable"  # its text is not one that we write
    NAME_NOT_OURS = "name_not_ours"
    NO_CLOSING_LINE = "no_closing_line"
    FEWER_LINES = "fewer_lines"  # were, here
    OTHER_BYTES = "other_bytes"
    SHORTER = "shorter"  # is_bytes, was_bytes
    LONGER = "longer"  # is_bytes, was_bytes
    CONTENT_OF = "content_of"  # other
    IS_A_LINK = "is_a_link"
    CHAIN = "chain"
    TIMES = "times"  # the chapter's span does not follow from the segments
    PARTS = "parts"  # parts
    NOT_RECORDED = "not_recorded"
    NOT_FETCHED = "not_fetched"
    NOT_NAMED = "not_named"
    OTHER_RECORDING = "other_recording"  # other
    STAMPED = "stamped"  # at
    NO_STAMP = "no_stamp"
    NO_AUTHORITY_BROUGHT = "no_authority_brought"  # at
    STAMP_OF_ANOTHER = "stamp_of_another"
    STAMP_NOT_OF_AUTHORITY = "stamp_not_of_authority"  # at


@dataclass(frozen=True, slots=True)
class Finding:
    part: Part
    name: str
    state: State
    why: Why = Why.NOTHING
    said: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """Of one recording or one clip; `folder` is its name."""

    folder: str
    findings: tuple[Finding, ...]
    key: str = ""

    @property
    def state(self) -> State:
        return worst(finding.state for finding in self.findings)

    def as_json(self) -> dict[str, object]:
        return {
            "folder": self.folder,
            "state": self.state,
            "key": self.key,
            "parts": [asdict(finding) for finding in self.findings],
        }


def worst(states: Iterable[State]) -> State:
    order = list(State)
    return max(states, key=order.index, default=State.WHOLE)


def exit_code(reports: Iterable[Report]) -> int:
    """0: all of it whole. 1: something is altered, missing or added. 3: nothing is, but not all of it is signed
    by a key that was brought (or a recording is still open, parts of it lie in the archive, or cannot be read). 2
    is the command line's own: nothing to verify."""
    state = worst(report.state for report in reports)
    return {State.WHOLE: 0, State.UNSIGNED: 3, State.ELSEWHERE: 3, State.UNREAD: 3}.get(state, 1)
