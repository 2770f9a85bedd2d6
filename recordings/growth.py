"""Whether a recording really grows: bytes that reached files, not a red light that is simply on."""

from __future__ import annotations

from recordings.recording import Progress
from signaling.ports import RecordingGrew

STALLED_US = 3_000_000
STALLED, WRITE_FAILED = "stalled", "write_failed"


class Growth:
    """Of one recording since it began or went on. Sans-IO."""

    def __init__(self) -> None:
        self._bytes = -1
        self._grew_us: int | None = None
        self._packet_us: int | None = None
        self._since_us: int | None = None

    def packet_came(self, now_us: int) -> None:
        self._packet_us = now_us

    def measure(self, progress: Progress, now_us: int) -> None:
        if self._since_us is None:
            self._since_us = now_us
            self._bytes = progress.bytes
        if progress.bytes > self._bytes:
            self._grew_us = now_us
        self._bytes = progress.bytes

    def report(self, progress: Progress, now_us: int) -> RecordingGrew:
        # Silence is written too; without packets from the stage that is no growth.
        growing = (
            not progress.paused and self._recent(self._grew_us, now_us) and self._recent(self._packet_us, now_us)
        )
        alarm = ""
        if progress.write_failed:
            alarm = WRITE_FAILED
        elif not progress.paused and not growing and not self._recent(self._since_us, now_us):
            alarm = STALLED
        return RecordingGrew(
            recording=progress.recording,
            state="paused" if progress.paused else "recording",
            bytes=progress.bytes,
            seconds=round(progress.seconds, 3),
            growing=growing,
            segments=progress.segments,
            alarm=alarm,
        )

    def _recent(self, moment_us: int | None, now_us: int) -> bool:
        return moment_us is not None and now_us - moment_us <= STALLED_US
