"""The two system calls the media plane lives from, and the kernel's structures as columns.

`sendmmsg` and `recvmmsg` take arrays of messages; here these arrays are NumPy records over memory made once, so
that one assignment fills a field of a whole burst. Layouts are those of a 64-bit Linux.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt
from cffi import FFI

from signaling.wire.aiortc_seams import srtp_ffi

if sys.maxsize < 2**62 or not sys.platform.startswith("linux"):
    raise ImportError("the media plane needs a 64-bit Linux: sendmmsg and UDP segmentation")

system = FFI()
system.cdef("""
    int sendmmsg(int fd, void *messages, unsigned int count, int flags);
    ssize_t sendto(int fd, const char *data, size_t size, int flags, const char *name, unsigned int name_bytes);
    int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout);
""")
libc: Any = system.dlopen(None)

Records = npt.NDArray[Any]

MESSAGE = np.dtype(  # struct mmsghdr: struct msghdr, and the length the kernel reports
    {
        "names": ["name", "name_bytes", "vectors", "vector_count", "control", "control_bytes", "flags", "length"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
VECTOR = np.dtype([("base", "u8"), ("size", "u8")])  # struct iovec
SEGMENT = np.dtype(  # struct cmsghdr and the size of a segment (UDP_SEGMENT takes 16 bits), padded
    {
        "names": ["bytes", "level", "kind", "size"],
        "formats": ["u8", "i4", "i4", "u2"],
        "offsets": [0, 8, 12, 16],
        "itemsize": 24,
    }
)
TIMESTAMP = np.dtype(  # struct cmsghdr and a struct timespec (SO_TIMESTAMPNS)
    [("bytes", "u8"), ("level", "i4"), ("kind", "i4"), ("seconds", "i8"), ("nanoseconds", "i8")]
)
SOL_UDP, UDP_SEGMENT = 17, 103


def address_of(memory: Any) -> int:
    """The address of memory made by either FFI."""
    return int(srtp_ffi.cast("uintptr_t", memory))


def records(count: int, dtype: npt.DTypeLike) -> tuple[Records, Any]:
    """An array of records and the cdata that owns its memory, which C may be pointed at. Zeroed.

    The memory lives as long as the second value is kept.
    """
    memory = srtp_ffi.new("unsigned char[]", count * np.dtype(dtype).itemsize)
    return np.frombuffer(srtp_ffi.buffer(memory), dtype), memory


def void_pointer(memory: Any, offset: int = 0) -> Any:
    """A pointer that `libc`'s functions take, `offset` bytes into `memory`."""
    return system.cast("void *", address_of(memory) + offset)
