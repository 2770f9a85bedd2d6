"""When a packet was captured, on the server's one wall clock.

A camera and a microphone of one device share that device's NTP clock (their sender reports); the device's
clock is tied to ours by the packet that came with the least delay. Before the first sender report the
earliest arrival stands in. A change of knowledge is slewed in, never jumped, unless it is over a second.
"""

from __future__ import annotations

from collections.abc import Callable

from signaling.wire.rtp import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ

_DRIFT_PER_S = 100e-6  # a cheap oscillator; lets the offset follow a device clock that runs slow
_SLEW_PER_PACKET_S = 0.0005
_STEP_ABOVE_S = 1.0


class _EarliestOffset:
    """The least of (arrival - sender's time), allowed to rise by `_DRIFT_PER_S`."""

    __slots__ = ("_at_s", "value_s")

    def __init__(self) -> None:
        self.value_s: float | None = None
        self._at_s = 0.0

    def heard(self, offset_s: float, now_s: float) -> None:
        if self.value_s is None or abs(offset_s - self.value_s) > 10:
            self.value_s = offset_s
        else:
            self.value_s = min(offset_s, self.value_s + (now_s - self._at_s) * _DRIFT_PER_S)
        self._at_s = now_s


class DeviceClock:
    """The NTP clock of one sending device: shared by the sources of a link."""

    __slots__ = ("offset",)

    def __init__(self) -> None:
        self.offset = _EarliestOffset()


def clocks_of(device: DeviceClock, is_video: bool) -> Callable[[], SourceClock]:
    """Makes a clock for each layer of a source of that device."""
    rate_hz = VIDEO_CLOCK_HZ if is_video else AUDIO_CLOCK_HZ
    return lambda: SourceClock(rate_hz, device)


class SourceClock:
    """Maps unwrapped RTP timestamps of one source to wall-clock seconds."""

    __slots__ = ("_applied_s", "_arrival", "_device", "_rate", "_report")

    def __init__(self, rate_hz: int, device: DeviceClock) -> None:
        self._rate = rate_hz
        self._device = device
        self._arrival = _EarliestOffset()
        self._report: tuple[float, int] | None = None  # NTP seconds of the device, unwrapped RTP time
        self._applied_s: float | None = None

    def restart(self) -> None:
        """The source's RTP timestamps begin anew."""
        self._arrival = _EarliestOffset()
        self._report = self._applied_s = None

    def reported(self, ntp_s: float, rtp_time: int) -> None:
        """A sender report: `rtp_time` (unwrapped) was captured at `ntp_s` of the device's clock."""
        self._report = (ntp_s, rtp_time)

    def captured(self, rtp_time: int, now_s: float) -> float:
        """Wall-clock seconds at which the packet that arrives `now_s` was captured."""
        media_s = rtp_time / self._rate
        self._arrival.heard(now_s - media_s, now_s)
        wanted_s = self._arrival.value_s or 0.0
        if self._report is not None:
            ntp_s, at = self._report
            device_s = ntp_s - at / self._rate  # device clock minus media clock
            self._device.offset.heard(now_s - media_s - device_s, now_s)
            wanted_s = device_s + (self._device.offset.value_s or 0.0)
        if self._applied_s is None or abs(wanted_s - self._applied_s) > _STEP_ABOVE_S:
            self._applied_s = wanted_s
        else:
            step = wanted_s - self._applied_s
            self._applied_s += max(-_SLEW_PER_PACKET_S, min(_SLEW_PER_PACKET_S, step))
        return media_s + self._applied_s
