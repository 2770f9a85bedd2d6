"""TUN devices: whole IP packets by read and write, of the size that a wire would carry.

No offload is switched on (neither IFF_VNET_HDR nor TUNSETOFFLOAD), so the kernel cuts what TCP and UDP
segmentation left large, and completes checksums, before a packet is read here.
"""

from __future__ import annotations

import fcntl
import os
import struct

TUN_FILE = "/dev/net/tun"
LARGEST_PACKET = 2048  # the devices' MTU is 1500
LONGEST_NAME = 15
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000


def open_tun(name: str) -> int:
    """Make the device `name` and give its non-blocking descriptor; the device goes when that is closed.

    Raises ValueError for a name that is too long, OSError without the right or the kernel's module.
    """
    if not 0 < len(name.encode()) <= LONGEST_NAME:
        raise ValueError(f"came {name!r}; allowed is a name of 1 to {LONGEST_NAME} bytes")
    descriptor = os.open(TUN_FILE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
