"""The label of a test card inside its H.264: an SEI message with the room's code (H.264, D.1.6).

With it a rehearsal can tell, without decoding, whose picture a slot shows. Decoders pass it over.
"""

from __future__ import annotations

from signaling.wire.rtp import NAL_SEI

LONGEST_LABEL = 60
_LABEL_ID = bytes.fromhex("b5a1d3c2e7f94e6a8b71c4d65a9e3f27")  # ours; no zero bytes: nothing to escape


def label_unit(label: str) -> bytes:
    """A NAL unit with `label`: ASCII, what lies beyond `LONGEST_LABEL` is cut."""
    payload = _LABEL_ID + label.encode("ascii", "replace")[:LONGEST_LABEL]
    return bytes((NAL_SEI, 5, len(payload))) + payload + b"\x80"


def read_label(unit: bytes) -> str | None:
    """The label, if `unit` (an RTP payload holding one NAL unit) is a `label_unit`; else None."""
    if len(unit) < 20 or unit[0] & 31 != NAL_SEI or unit[3:19] != _LABEL_ID:
        return None
    return unit[19 : 19 + unit[2] - len(_LABEL_ID)].decode("ascii", "replace")
