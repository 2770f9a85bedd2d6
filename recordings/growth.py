"""Whether a recording really grows: bytes that reached files, not a red light that is simply on."""

from __future__ import annotations

from recordings.recording import Progress
from signaling.ports import RecordingGrew

STALLED_US = 3_000_000
NO_MEDIA, STALLED, WRITE_FAILED = "no_media", "stalled", "write_failed"
ON_SPARE, DISK_LOW, ISOLATED_LOST = "on_spare", "disk_low", "isolated_lost"


class Growth:
    """Of one recording since it began or went on. Sans-IO."""

    def __init__(self, now_us: int) -> None:
        self._since_us = now_us
        self._bytes: int | None = None
        self._grew_us: int | None = None
        self._packet_us: int | None = None
        self._arriving_since_us = now_us  # packets came without a break of STALLED_US

    def packet_came(self, now_us: int) -> None:
        if not self._recent(self._packet_us, now_us):
            self._arriving_since_us = now_us
        self._packet_us = now_us

    def measure(self, progress: Progress, now_us: int) -> None:
        if self._bytes is not None and progress.bytes > self._bytes:
            self._grew_us = now_us
        self._bytes = progress.bytes

    def report(self, progress: Progress, now_us: int, *, isolated_lost: bool = False) -> RecordingGrew:
        """`isolated_lost`: the isolated sources are given up for now. Only what grows tells of it."""
        # Silence is written too; without packets from the stage that is no growth.
        arriving = self._recent(self._packet_us, now_us)
        growing = not progress.paused and arriving and self._recent(self._grew_us, now_us)
        alarm = ""
        if progress.write_failed:
            alarm = WRITE_FAILED
        elif progress.paused or growing:
            # The cause first: of a disk that is filling up, isolated sources are given up, too.
            told = ((ON_SPARE, progress.on_spare), (DISK_LOW, progress.disk_low), (ISOLATED_LOST, isolated_lost))
            alarm = next((name for name, holds in told if holds), "")
        elif not arriving:
            if not self._recent(self._since_us, now_us):
                alarm = NO_MEDIA
        elif self._is_stalled():
            alarm = STALLED
        return RecordingGrew(
            recording=progress.recording,
            state="paused" if progress.paused else "recording",
            bytes=progress.bytes,
            seconds=round(progress.seconds, 3),
            growing=growing,
            segments=progress.segments,
            alarm=alarm,
            disk_free=progress.disk_free,
        )

    def _is_stalled(self) -> bool:
        """Counted up to the last packet: bytes are not expected after it, nor at once when packets begin."""
        if self._packet_us is None:
            return False
        return self._packet_us - max(self._arriving_since_us, self._grew_us or 0) > STALLED_US

    def _recent(self, moment_us: int | None, now_us: int) -> bool:
        return moment_us is not None and now_us - moment_us <= STALLED_US
