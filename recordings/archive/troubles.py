"""What can be wrong with an archive. Codes, and what each means for whoever reads a log or a terminal; pages have
words of their own. No address, name of a bucket or credential is ever part of it."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    NOT_SET = "not_set"
    UNREACHABLE = "unreachable"
    CREDENTIALS = "credentials"
    NO_PLACE = "no_place"
    TAKES_NOTHING = "takes_nothing"
    NOT_THERE = "not_there"
    OTHER_BYTES = "other_bytes"
    NOT_AS_SEALED = "not_as_sealed"
    UNREADABLE = "unreadable"


SENTENCES: dict[Trouble, str] = {
    Trouble.NOT_SET: "it lies in an archive, and TIEPDAN_ARCHIVE names none; set it as it was",
    Trouble.UNREACHABLE: "the archive does not answer; look at its server, at the network, and at its certificate",
    Trouble.CREDENTIALS: "the archive refuses this server; look at the key and the secret (or at the directory's"
    " owner), at what they may do, and at the clocks of both machines",
    Trouble.NO_PLACE: "the archive's bucket or directory is not there; make it, or mount its disk (some servers"
    " say so, too, where they do not know the key)",
    Trouble.TAKES_NOTHING: "the archive answers, but takes nothing more; it is full, or may only be read",
    Trouble.NOT_THERE: "the archive does not have this file",
    Trouble.OTHER_BYTES: "the archive's file has other bytes than what was sealed",
    Trouble.NOT_AS_SEALED: "the file on this machine has other bytes than what was sealed; it is not archived",
    Trouble.UNREADABLE: "the file on this machine cannot be read; look at its disk",
}


class ArchiveFailed(OSError):
    """`file`: the one it was about, with its recording's folder; empty: the archive as a whole."""

    def __init__(self, trouble: Trouble, file: str = "") -> None:
        super().__init__(f"{file}: {SENTENCES[trouble]}" if file else SENTENCES[trouble])
        self.trouble, self.file = trouble, file
