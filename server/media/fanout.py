"""One burst, out to everybody: copied once, encrypted and numbered per receiver, sent in few system calls.

The arena, the message headers and the control messages are memory made once. Packets for one receiver lie
one behind the other in the arena, so that a run of equal sizes goes out as one message with UDP
segmentation (GSO); `sendmmsg` takes all messages at once. Where the kernel refuses a run (path MTU) that run
alone is sent packet by packet. When the socket's buffer is full what is left is dropped and counted: video
is asked for again by NACK, and a slow line never holds up the others.
"""

from __future__ import annotations

import errno
import select
import socket
import struct
import sys
from typing import Any

from cffi import FFI

from server.media.ring import STRIDE
from server.media.slot import Receiver, Slot
from signaling.wire.aiortc_seams import LONGEST_TRAILER, srtp_ffi, srtp_protect

ARENA_BYTES = 4 << 20
MESSAGES = 1024  # the kernel takes at most 1024 (UIO_MAXIOV)
RUN_PACKETS = 48  # below the kernel's UDP_MAX_SEGMENTS (64 on older kernels)
RUN_BYTES = 60_000
SOL_UDP, UDP_SEGMENT = 17, 103
FULL_WAIT_MS = 4  # how long a burst may wait for room in the socket's buffer

system = FFI()
system.cdef("""
    int sendmmsg(int fd, void *messages, unsigned int count, int flags);
    int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
""")
libc: Any = system.dlopen(None)

# struct mmsghdr and struct iovec of a 64-bit Linux: name, name length, iov, iov count, control, its length,
# flags, and the length the kernel reports.
MESSAGE = struct.Struct("=QI4xQQQQi4xI4x")
VECTOR = struct.Struct("=QQ")
_CONTROL = struct.Struct("=QiiH6x")
_PATCH = struct.Struct("!BH")
if sys.maxsize < 2**62 or not sys.platform.startswith("linux"):
    raise ImportError("the media plane needs a 64-bit Linux: sendmmsg and UDP segmentation")


def address_of(memory: Any) -> int:
    """The address of memory made by either FFI."""
    return int(srtp_ffi.cast("uintptr_t", memory))


class Fanout:
    """Gathers what the slots have pending and sends it. One per UDP socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._descriptor = sock.fileno()
        self._arena: Any = srtp_ffi.new("unsigned char[]", ARENA_BYTES)
        self._arena_buffer: Any = srtp_ffi.buffer(self._arena)
        self._arena_address = address_of(self._arena)
        self._length: Any = srtp_ffi.new("int *")
        self._vectors: Any = srtp_ffi.new("unsigned char[]", MESSAGES * VECTOR.size)
        self._controls: Any = srtp_ffi.new("unsigned char[]", MESSAGES * _CONTROL.size)
        self._messages: Any = srtp_ffi.new("unsigned char[]", MESSAGES * MESSAGE.size)
        self._vector_buffer: Any = srtp_ffi.buffer(self._vectors)
        self._control_buffer: Any = srtp_ffi.buffer(self._controls)
        self._message_buffer: Any = srtp_ffi.buffer(self._messages)
        self._message_pointer: Any = system.cast("char *", address_of(self._messages))
        self._vector_address = address_of(self._vectors)
        self._control_address = address_of(self._controls)
        self._runs: list[tuple[int, int, int, int]] = []  # start, bytes, packet size, packets: of each message
        self._used = 0
        self._dirty: list[Slot] = []
        self._poll = select.poll()
        self._poll.register(sock, select.POLLOUT)
        self.packets_sent = 0
        self.packets_dropped = 0

    def gathered(self, slot: Slot) -> None:
        """A slot has its first pending packet since the last flush. Sound goes before pictures."""
        if slot.name.is_video:
            self._dirty.append(slot)
        else:
            self._dirty.insert(0, slot)

    def flush(self) -> None:
        """Send everything gathered. Called once at the end of each burst."""
        for slot in self._dirty:
            pending = slot.pending
            for receiver in slot.receivers:
                self._queue(receiver, pending)
            pending.clear()
        self._dirty.clear()
        if self._runs:
            self._send()

    def resend(self, receiver: Receiver, number: int) -> None:
        """Queue one packet again, as it was, for the next flush; nothing if it is not kept any more."""
        if receiver.allowed and receiver.slot.ring.cell(number) >= 0:
            self._queue(receiver, (number,))

    def _queue(self, receiver: Receiver, numbers: list[int] | tuple[int, ...]) -> None:
        link = receiver.link
        if not link.address_pointer:
            return
        ring = receiver.slot.ring
        pointers, lengths, markers, capacity = ring.pointers, ring.lengths, ring.markers, ring.capacity
        arena, buffer, length = self._arena, self._arena_buffer, self._length
        session, offset, payload_type = link.tx, receiver.offset, receiver.payload_type
        first, highest = receiver.first, receiver.highest
        used = start = self._used
        run_size = packets = octets = sent = 0
        run_open = False
        for number in numbers:
            if number < first:
                continue
            cell = number % capacity
            size = lengths[cell]
            if used + STRIDE + LONGEST_TRAILER > ARENA_BYTES or len(self._runs) >= MESSAGES - 1:
                if packets:
                    self._close_run(
                        link.address_pointer, link.address_bytes, start, used - start, run_size, packets
                    )
                self._send()
                used = start = 0
                packets, run_open = 0, False
            target = arena + used
            srtp_ffi.memmove(target, pointers[cell], size)
            _PATCH.pack_into(buffer, used + 1, markers[cell] | payload_type, (number + offset) & 0xFFFF)
            length[0] = size
            if srtp_protect(session, target, length):
                self.packets_dropped += 1
                continue
            octets += size - 12
            size = length[0]
            if packets and not (
                run_open and size <= run_size and packets < RUN_PACKETS and used - start + size <= RUN_BYTES
            ):
                self._close_run(link.address_pointer, link.address_bytes, start, used - start, run_size, packets)
                start, packets = used, 0
            if not packets:
                run_size = size
                run_open = True
            elif size < run_size:
                run_open = False  # a shorter packet may only be the last of its run
            packets += 1
            used += size
            sent += 1
            if number > highest:
                highest = number
        if packets:
            self._close_run(link.address_pointer, link.address_bytes, start, used - start, run_size, packets)
        self._used = used
        receiver.highest = highest
        receiver.packets += sent
        receiver.octets += octets

    def _close_run(self, name: int, name_bytes: int, start: int, size: int, packet: int, packets: int) -> None:
        index = len(self._runs)
        VECTOR.pack_into(self._vector_buffer, index * VECTOR.size, self._arena_address + start, size)
        control = control_bytes = 0
        if packets > 1:
            at = index * _CONTROL.size
            _CONTROL.pack_into(self._control_buffer, at, 18, SOL_UDP, UDP_SEGMENT, packet)
            control, control_bytes = self._control_address + at, _CONTROL.size
        MESSAGE.pack_into(
            self._message_buffer,
            index * MESSAGE.size,
            name,
            name_bytes,
            self._vector_address + index * VECTOR.size,
            1,
            control,
            control_bytes,
            0,
            0,
        )
        self._runs.append((start, size, packet, packets))

    def _send(self) -> None:
        runs, done, waited = self._runs, 0, False
        while done < len(runs):
            count = libc.sendmmsg(
                self._descriptor, self._message_pointer + done * MESSAGE.size, len(runs) - done, 0
            )
            if count > 0:
                for _, _, _, packets in runs[done : done + count]:
                    self.packets_sent += packets
                done += count
                continue
            code = system.errno
            if code == errno.EINTR:
                continue
            if code in (errno.EAGAIN, errno.ENOBUFS):
                if not waited and self._poll.poll(FULL_WAIT_MS):
                    waited = True
                    continue
                self.packets_dropped += sum(packets for _, _, _, packets in runs[done:])
                break
            self._send_singly(done)
            done += 1
        runs.clear()
        self._used = 0

    def _send_singly(self, index: int) -> None:
        """A run the kernel refused (EMSGSIZE, EINVAL, EIO): its packets one by one, and only these."""
        start, size, packet, packets = self._runs[index]
        name, name_bytes, *_ = MESSAGE.unpack_from(self._message_buffer, index * MESSAGE.size)
        for at in range(start, start + size, packet if packets > 1 else size):
            width = min(packet if packets > 1 else size, start + size - at)
            VECTOR.pack_into(self._vector_buffer, index * VECTOR.size, self._arena_address + at, width)
            MESSAGE.pack_into(
                self._message_buffer,
                index * MESSAGE.size,
                name,
                name_bytes,
                self._vector_address + index * VECTOR.size,
                1,
                0,
                0,
                0,
                0,
            )
            if libc.sendmmsg(self._descriptor, self._message_pointer + index * MESSAGE.size, 1, 0) == 1:
                self.packets_sent += 1
            else:
                self.packets_dropped += 1
