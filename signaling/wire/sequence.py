"""RTP numbers that wrap (RFC 3550, A.1): 16-bit sequence numbers and 32-bit timestamps made continuous.

A wrapped number is what stands in a packet; an unwrapped one is a plain int that never wraps and may be
compared and subtracted. Of two ways round the nearer one is taken; exactly half a turn counts as ahead.
"""

from __future__ import annotations


def sequence_step(newer: int, older: int) -> int:
    """Signed distance of two sequence numbers, from -0x7FFF to 0x8000. Either may also be unwrapped."""
    step = (newer - older) & 0xFFFF
    return step - 0x10000 if step > 0x8000 else step


class Unwrapper:
    """Continues a number of `bits` bits from the highest one seen.

    The first value starts one full turn up, so that an earlier packet still unwraps to a positive number.
    """

    __slots__ = ("_half", "_last", "_modulus")

    def __init__(self, bits: int) -> None:
        self._modulus = 1 << bits
        self._half = 1 << (bits - 1)
        self._last: int | None = None

    def unwrap(self, wrapped: int) -> int:
        """The unwrapped number. Runs twice a packet, so it does what `sequence_step` does in place."""
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
