"""What the player's script says, in one language."""

from __future__ import annotations

from collections.abc import Callable


def script_words(_: Callable[..., str]) -> dict[str, str]:
    return {
        "play": _("Play"),
        "pause": _("Pause"),
        "mute": _("Sound off"),
        "unmute": _("Sound on"),
        "between": _("Between items"),
        "missing": _("%(length)s missing: %(reason)s"),
        "withheld": _("Not for your account"),
        "source_programme": _("Programme"),
        "source_none": _("%(source)s: no picture at this time. Its sound, if there was any, is in the programme."),
        "source_missing": _("%(source)s: the picture of this time was not recorded. Look at the programme."),
        "late_none": _("%(source)s: nothing of this time was handed over late. Look at the programme."),
        "source_running": _("%(source)s: the picture is being put together, %(share)s %%."),
        "source_waiting": _("%(source)s: the picture is put together in a moment."),
        "source_paused": _("%(source)s: the picture is put together once no reception is open."),
        "source_failed": _("%(source)s: the picture could not be put together. Tell the technician."),
        "clip": _("Marked: %(start)s to %(end)s (%(length)s)"),
        "clip_open": _("Marked from %(start)s; press ] for the end"),
        "copied": _("Copied"),
        "copied_by_hand": _("The address bar has the link now; copy it from there."),
        "broken": _("The recording cannot be played in this browser. Use Chromium, Chrome or Edge."),
        "hours": _("%(n)s h"),
        "minutes": _("%(n)s min"),
        "seconds": _("%(n)s s"),
        "rooms": _("%(n)s of %(all)s rooms connected"),
        "all_there": _("Every room that ever came is connected."),
        "absent": _("Not connected at this moment: %(names)s"),
        "bookmark": _("Bookmark"),
        "by": _("%(name)s, %(time)s"),
        "changed": _("changed %(time)s"),
        "edit": _("Change"),
        "remove": _("Remove"),
        "removed": _("The note at %(time)s is removed."),
        "undo": _("Undo"),
        "save": _("Save"),
        "not_saved": _("The note could not be saved. Check the connection and save again."),
        "captions_running": _("Captions are being made: %(share)s %%"),
        "captions_waiting": _("Captions come later, one recording after another."),
        "captions_paused": _("Captions are made once no reception is open."),
        "captions_failed": _("Captions could not be made of this recording. Tell the technician."),
        "captions_ready": _("The captions are made. Open this page again to see them."),
        "thumbnails_running": _("Thumbnails are being made: %(share)s %%"),
        "thumbnails_waiting": _("Thumbnails come later, one recording after another."),
        "thumbnails_paused": _("Thumbnails are made once no reception is open."),
        "thumbnails_failed": _("Thumbnails could not be made of this file. It plays all the same."),
    }
