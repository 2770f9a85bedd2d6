"""Which pictures are isolated, and which sound belongs to which."""

from __future__ import annotations

from recordings.manifest import SourceName
from recordings.segment import PICTURE_TITLE, SOUND_TITLE, Layout
from signaling.tap import TapTrack

PICTURE_OF: dict[SourceName, TapTrack] = {
    "desk": TapTrack.DESK_VIDEO,
    "floor": TapTrack.FLOOR_VIDEO,
    "document": TapTrack.DOCUMENT_VIDEO,
}
SOUND_OF: dict[SourceName, TapTrack] = {"desk": TapTrack.DESK_AUDIO, "floor": TapTrack.FLOOR_AUDIO}
SOURCE_OF: dict[TapTrack, SourceName] = {
    track: source for of in (PICTURE_OF, SOUND_OF) for source, track in of.items()
}


def layout_of(source: SourceName) -> Layout:
    sound = SOUND_OF.get(source)
    return Layout(PICTURE_TITLE, None, {sound: SOUND_TITLE} if sound is not None else {})
