"""What serves as a room's camera, microphone and document, and the sources made of it."""

from __future__ import annotations

from collections.abc import Iterator

from room_client.observing import RoomOptions
from room_client.sources.choosing import NONE, audio_source, known_problem, video_source
from room_client.sources.contract import Source, SourceUnusable
from signaling.wire.slots import Upstream


class OwnDevices:
    """Options are those of the command line, until another one is chosen. A source is not opened yet."""

    def __init__(self, options: RoomOptions) -> None:
        self._options = options
        self._chosen = {Upstream.CAMERA: options.video, Upstream.MICROPHONE: options.audio}
        self._unsent: Source | None = None
        self.code = ""  # the room's, for the label of a test card, once it is known

    def option(self, upstream: Upstream) -> str:
        return self._chosen[upstream]

    def choose(self, upstream: Upstream, option: str) -> None:
        self._chosen[upstream], self._unsent = option, None

    @property
    def absent(self) -> frozenset[Upstream]:
        """What the room is to have none of."""
        return frozenset(upstream for upstream, option in self._chosen.items() if option == NONE)

    def problems(self) -> Iterator[tuple[Upstream, SourceUnusable]]:
        """What is known to be wrong before anything is opened."""
        for upstream, option in self._chosen.items():
            if (problem := known_problem(option)) is not None:
                yield upstream, problem

    def source(self, upstream: Upstream) -> Source | None:
        """A new one, standing on the room's environment; None where there is nothing to send."""
        source = self._made(upstream)
        return self._options.environment.source(upstream, source) if source is not None else None

    def unsent_camera(self) -> Source | None:
        """One made for nothing but small pictures, while none is sent; the same until another is chosen."""
        self._unsent = self._unsent or self.source(Upstream.CAMERA)
        return self._unsent

    def _made(self, upstream: Upstream) -> Source | None:
        label = self._options.label or self.code
        match upstream:
            case Upstream.CAMERA:
                return video_source(self._chosen[upstream], label)
            case Upstream.DOCUMENT:
                return video_source(self._options.document, f"{label} DOC")
            case Upstream.MICROPHONE:
                return audio_source(self._chosen[upstream], label)
            case Upstream.INTERPRETATION:
                return None  # never offered by this client
