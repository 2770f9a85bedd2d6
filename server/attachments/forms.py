"""The sentence that stands beside each mistake of the form of an attachment."""

from __future__ import annotations

from collections.abc import Mapping

from server.attachments.rules import MOST_FILES, AttachmentFault, Faults
from server.web.languages import N_

SENTENCES: Mapping[AttachmentFault, str] = {
    AttachmentFault.NO_WORDS: N_("Say in a few words what it is, for instance: land use certificate of 2009."),
    AttachmentFault.TOO_LONG: N_("This text is too long. Shorten it."),
    AttachmentFault.NAMES_PETITIONER: N_("This carries the petitioner's name. Say it without the name."),
    AttachmentFault.NO_FORM: N_("Choose one of the list."),
    AttachmentFault.NO_FILE: N_("Choose a file, or drag one here."),
    AttachmentFault.EMPTY_FILE: N_("The file is empty. Look at it on your computer and choose it again."),
    AttachmentFault.TOO_LARGE: N_(
        "The file is larger than %(most)s MB, the most that is taken. Scan it with fewer dots, or in parts."
    ),
    AttachmentFault.TYPE: N_(
        "What is in this file is none of: PDF, JPEG, PNG, TIFF, DOCX or XLSX without macros, MP3, M4A, WAV, MP4."
        " Its name does not matter. Save it as one of these, best as PDF."
    ),
    AttachmentFault.DISK_FULL: N_(
        "The server has no room left for this file, so nothing was kept of it. Tell the technician."
    ),
    AttachmentFault.TOO_MANY: N_("The petition has %(files)s attachments, as many as it can have."),
    AttachmentFault.BROKEN_OFF: N_("The file did not arrive whole, so nothing was kept of it. Try again."),
}


def sentences(faults: Faults, most_bytes: int) -> dict[str, tuple[str, dict[str, str]]]:
    """By the name of the field: a message id and what is filled in."""
    inside = {"most": f"{most_bytes / 1e6:.0f}", "files": str(MOST_FILES)}
    return {name: (SENTENCES[fault], inside) for name, fault in faults.items()}
