"""RTP numbers that wrap (RFC 3550, A.1): 16-bit sequence numbers and 32-bit timestamps made continuous.

A wrapped number is what stands in a packet; an unwrapped one is a plain int that never wraps and may be
compared and subtracted. The two are different types so that a checker tells them apart.
"""

from __future__ import annotations

from typing import NewType

WrappedSeq = NewType("WrappedSeq", int)
UnwrappedSeq = NewType("UnwrappedSeq", int)
WrappedTime = NewType("WrappedTime", int)
UnwrappedTime = NewType("UnwrappedTime", int)


class Unwrapper:
    """Continues a number of `bits` bits from the last one seen, taking the nearer way round.

    The first value starts one full turn up, so that an earlier packet still unwraps to a positive number.
    """

    __slots__ = ("_half", "_last", "_modulus")

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._half = 1 << (bits - 1)
        self._last: int | None = None

    def unwrap(self, wrapped: int) -> int:
        """The unwrapped number; exactly half a turn away counts as ahead."""
        if self._last is None:
            self._last = self._modulus + wrapped
            return self._last
        step = (wrapped - self._last) % self._modulus
        if step > self._half:
            step -= self._modulus
        unwrapped = self._last + step
        if step > 0:
            self._last = unwrapped
        return unwrapped
