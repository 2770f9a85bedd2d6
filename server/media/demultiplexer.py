"""Which source of a link, and which of its layers, an RTP packet belongs to.

An offer names what it will send by MID, and several layers of one picture by RID only; what is sent again may come
as a stream of its own (RTX, RFC 4588). SSRCs are learnt as they come, by RFC 8843, section 9.2, and RFC 8852: what
the packet says of itself first, then what only one source can mean by that payload type.
"""

from __future__ import annotations

from typing import NamedTuple

from server.media.layer import SourceLayer
from server.media.sdp import Section
from server.media.source import Source
from signaling.wire.rtp import RtpView
from signaling.wire.slots import Layer

RTX_HEADER_BYTES = 2  # the original sequence number (RFC 4588, section 4)


class Stream(NamedTuple):
    source: Source
    layer: SourceLayer
    is_repair: bool


class Demultiplexer:
    """Of one link. `expect` each source once, then `find` packet by packet."""

    def __init__(self) -> None:
        self._media: dict[int, Stream] = {}  # by SSRC
        self._repairs: dict[int, Stream] = {}
        self._declared: set[int] = set()
        self._by_mid: dict[bytes, Source] = {}
        self._media_types: dict[int, Source | None] = {}  # by payload type; None: several sources use it
        self._repair_types: dict[int, Source | None] = {}

    def expect(self, section: Section, source: Source) -> None:
        """`source` comes by this m-line, whose format must be chosen."""
        self._by_mid[section.mid.encode()] = source
        if section.chosen is not None:
            _note_type(self._media_types, section.chosen.payload_type, source)
        if section.rtx_payload_type:
            _note_type(self._repair_types, section.rtx_payload_type, source)
        if len(source.layers) > 1:
            return  # the SSRCs of several layers are known by their rids only
        (layer,) = source.layers.values()
        for ssrc in section.ssrcs:
            if ssrc in section.repairs:
                self._repairs[ssrc] = Stream(source, layer, True)
            else:
                self._media.setdefault(ssrc, Stream(source, layer, False))
                self._declared.add(ssrc)

    def find(self, view: RtpView) -> Stream | None:
        """None: it belongs to nothing that was negotiated."""
        if view.payload_type in self._media_types:
            stream = self._media.get(view.ssrc) or self._adopt(view)
            if stream is not None:
                stream.layer.ssrc = view.ssrc
            return stream
        if view.payload_type in self._repair_types:
            return self._repairs.get(view.ssrc) or self._adopt_repair(view)
        return None

    def reported(self, ssrc: int) -> SourceLayer | None:
        """The layer whose sender reports come under this SSRC."""
        stream = self._media.get(ssrc)
        return None if stream is None else stream.layer

    def _adopt(self, view: RtpView) -> Stream | None:
        """An SSRC that was not seen before."""
        source = self._source_of(view, self._media_types)
        layer = _layer_of(source, view.rid)
        if source is None or layer is None or layer.ssrc in self._declared:
            return None
        if layer.ssrc is not None:  # the encoder started anew under another number
            self._media.pop(layer.ssrc, None)
            layer.restart()
        self._media[view.ssrc] = stream = Stream(source, layer, False)
        return stream

    def _adopt_repair(self, view: RtpView) -> Stream | None:
        """A repair stream's SSRC that was not seen before; its RID is the RepairedRtpStreamId (RFC 8852)."""
        source = self._source_of(view, self._repair_types)
        layer = _layer_of(source, view.repaired_rid)
        if source is None or layer is None:
            return None
        if layer.rtx_ssrc is not None:
            self._repairs.pop(layer.rtx_ssrc, None)
        layer.rtx_ssrc = view.ssrc
        self._repairs[view.ssrc] = stream = Stream(source, layer, True)
        return stream

    def _source_of(self, view: RtpView, types: dict[int, Source | None]) -> Source | None:
        named = self._by_mid.get(view.mid) if view.mid is not None else None
        return named or types.get(view.payload_type)


def unwrap_repair(view: RtpView, packet: memoryview) -> bool:
    """Make `view` that of the repeated packet. False: it is padding, by which a browser probes its line."""
    start = view.payload_start
    if view.payload_end - start <= RTX_HEADER_BYTES:
        return False
    view.sequence = packet[start] << 8 | packet[start + 1]
    view.payload_start = start + RTX_HEADER_BYTES
    return True


def _note_type(types: dict[int, Source | None], payload_type: int, source: Source) -> None:
    types[payload_type] = None if payload_type in types else source


def _layer_of(source: Source | None, rid: bytes | None) -> SourceLayer | None:
    """By rid; a source of one layer needs none."""
    if source is None:
        return None
    if len(source.layers) == 1:
        return next(iter(source.layers.values()))
    try:
        return source.layers.get(Layer((rid or b"").decode("ascii", "replace")))
    except ValueError:
        return None
