"""The sentences of what `verify` found, in both languages: for the command and for the page."""

from __future__ import annotations

from collections.abc import Callable

from recordings.findings import Finding, Part, Report, State, Why
from server.web.languages import N_

PARTS = {
    Part.MANIFEST: N_("manifest"),
    Part.SEGMENT: N_("segment"),
    Part.ISOLATED: N_("isolated source"),
    Part.LATE: N_("late source"),
    Part.PLAYABLE: N_("playable file"),
    Part.CHAPTER: N_("chapter"),
    Part.CORRECTION: N_("correction"),
    Part.CLIP: N_("clip"),
    Part.STAMP: N_("time stamp"),
    Part.FILE: N_("file"),
}
STATES = {
    State.WHOLE: N_("whole"),
    State.UNSIGNED: N_("unsigned"),
    State.ELSEWHERE: N_("in the archive"),
    State.UNREAD: N_("NOT READ"),
    State.ADDED: N_("added"),
    State.MISSING: N_("missing"),
    State.ALTERED: N_("ALTERED"),
}
REASONS = {
    Why.NOT_SEALED: N_("the recording is still open; it is signed when it is sealed"),
    Why.NEVER_SIGNED: N_("it was sealed before recordings were signed"),
    Why.NO_KEY_BROUGHT: N_("no public key was given (--keys), so nobody vouches for key %(key)s"),
    Why.UNKNOWN_KEY: N_("signed by key %(key)s, which is not among the given public keys"),
    Why.BAD_SIGNATURE: N_("the signature does not fit these bytes"),
    Why.KEY_NOT_IN_USE: N_("signed at a time at which key %(key)s was not in use"),
    Why.NO_SIGNATURE: N_("its signature, the .sig file beside it, is missing"),
    Why.UNREADABLE: N_("its text is not one that this program writes"),
    Why.NO_LIST: N_("the list that would say what it was is missing or damaged"),
    Why.CANNOT_READ: N_("it is there, but this account or this disk does not give its bytes (%(system)s)"),
    Why.NAME_NOT_OURS: N_("its name is not one that this program gives"),
    Why.NO_CLOSING_LINE: N_("the line that closes it is missing"),
    Why.FEWER_LINES: N_("%(were)s entries were written, %(here)s are here"),
    Why.OTHER_BYTES: N_("the same length, but other bytes"),
    Why.SHORTER: N_("cut short: %(is_bytes)s of %(was_bytes)s bytes"),
    Why.LONGER: N_("%(is_bytes)s instead of %(was_bytes)s bytes"),
    Why.CONTENT_OF: N_("holds what belongs into %(other)s"),
    Why.IS_A_LINK: N_("it is a link to another file"),
    Why.CHAIN: N_("it does not follow what stands before it"),
    Why.TIMES: N_("its times do not follow from the segments"),
    Why.PARTS: N_("not whole: %(parts)s"),
    Why.NOT_FETCHED: N_("its bytes were not looked at here: tiepdan recordings fetch"),
    Why.NOT_RECORDED: N_("nothing of it was recorded"),
    Why.NOT_NAMED: N_("no signed list names it"),
    Why.OTHER_RECORDING: N_("it belongs to %(other)s"),
    Why.STAMPED: N_("the signature was there at %(at)s"),
    Why.NO_STAMP: N_("nobody has stamped the signature"),
    Why.NO_AUTHORITY_BROUGHT: N_(
        "it names this signature and %(at)s; who says so was not checked, because no certificate was given"
        " (--tsa-certificate)"
    ),
    Why.STAMP_OF_ANOTHER: N_("it is the stamp of another signature"),
    Why.STAMP_NOT_OF_AUTHORITY: N_("it names %(at)s, but was not made by the given authority"),
}
_VERDICTS = {
    State.WHOLE: N_("Whole: every part is as it was signed with key %(key)s."),
    State.UNSIGNED: N_("Nothing was found altered, but not all of it is signed by a given key."),
    State.ELSEWHERE: N_("What is here is whole; the rest lies in the archive and was not looked at."),
    State.UNREAD: N_("Nothing was found altered, but not all of it could be read, and that says nothing of it."),
    State.ADDED: N_("What was signed is whole, but the folder holds more than that."),
    State.MISSING: N_("Parts are missing."),
    State.ALTERED: N_("ALTERED: not all of it is as it was signed."),
}
COLOURS = {
    State.WHOLE: "green",
    State.UNSIGNED: "yellow",
    State.ELSEWHERE: "yellow",
    State.UNREAD: "yellow",
    State.ADDED: "red",
    State.MISSING: "red",
    State.ALTERED: "bold red",
}


def sentence(finding: Finding, _: Callable[..., str]) -> str:
    """Such as: segment segment-0001.mkv: whole. Without colours."""
    words = f"{_(PARTS[finding.part])} {finding.name}: {_(STATES[finding.state])}"
    return f"{words} – {_(REASONS[finding.why], **finding.said)}" if finding.why else words


def verdict(report: Report, _: Callable[..., str]) -> str:
    return _(_VERDICTS[report.state], key=report.key)
