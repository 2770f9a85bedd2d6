"""Two sockets on one UDP port: media comes to the first, everything else to the second.

The kernel asks a small classic BPF program (socket(7), SO_ATTACH_REUSEPORT_CBPF) which socket of the port takes a
datagram. It looks at the first two bytes, by which RTP is told from STUN, DTLS (RFC 7983) and RTCP (RFC 5761). So
only media wakes the process at once, and media has a queue of its own that no flood of checks or reports can fill.
"""

from __future__ import annotations

import ctypes
import socket
import struct

SO_ATTACH_REUSEPORT_CBPF = 51
MEDIA, REST = 0, 1  # the order in which the sockets were bound
_RETURN, _LOAD_BYTE, _IF_AT_LEAST, _IF_ABOVE = 0x06, 0x30, 0x35, 0x25  # of <linux/filter.h>
_PROGRAM = (  # what to do, how many to skip where it is true, and where not, the number
    (_LOAD_BYTE, 0, 0, 0),
    (_IF_AT_LEAST, 0, 5, 128),
    (_IF_ABOVE, 4, 0, 191),
    (_LOAD_BYTE, 0, 0, 1),
    (_IF_AT_LEAST, 0, 1, 192),
    (_IF_ABOVE, 0, 1, 223),
    (_RETURN, 0, 0, MEDIA),
    (_RETURN, 0, 0, REST),
)  # a datagram that is too short to be looked at goes to the first socket; either may get what it does not expect


def steered_pair(family: socket.AddressFamily, host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """The two sockets, bound and not blocking; the caller owns them. `port` 0: any free one.

    Raises OSError: when anybody has the port, too, and be it another pair like this one.
    """
    media = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    rest = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    try:
        media.bind((host, port))  # alone: only then may one more come
        for each in (media, rest):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        rest.bind((host, media.getsockname()[1]))
        _steer(rest)
    except BaseException:
        media.close()
        rest.close()
        raise
    return media, rest


def _steer(one: socket.socket) -> None:
    """Give the program to the port of this socket; the kernel copies it."""
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in _PROGRAM))
    one.setsockopt(
        socket.SOL_SOCKET,
        SO_ATTACH_REUSEPORT_CBPF,
        struct.pack("@HP", len(_PROGRAM), ctypes.addressof(program)),  # struct sock_fprog
    )
