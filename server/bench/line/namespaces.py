"""Network namespaces: made, named after who made them, and removed, also those of a run that crashed.

A name is `tiepdan-PID-NUMBER-ROLE`. Whoever makes one first removes those whose process is no more.
Names in `ip netns` are the machine's, so this needs root; `why_not` says what is missing.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from server.bench.line.tun import TUN_FILE, open_tun

REQUIRED = "TIEPDAN_REQUIRE_NAMESPACES"
_NAME = re.compile(r"^tiepdan-(\d+)-\d+-[a-z]+$")
_numbers = itertools.count(1)


class NamespacesMissing(Exception):
    """Network namespaces cannot be made here; the message is the reason, as a sentence."""


class CommandFailed(Exception):
    """`ip` or `nft` refused; the message says what and why."""


class Namespace:
    """One that exists. `command` gives the arguments that run something inside it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def command(self, *arguments: str) -> tuple[str, ...]:
        """`ip` replaces itself by the command: the process that is started is the command's own."""
        return ("ip", "netns", "exec", self.name, *arguments)

    def run(self, *arguments: str, text: str = "") -> str:
        """Run inside and wait; `text` goes to its stdin. Raises CommandFailed."""
        return _run(*self.command(*arguments), text=text)

    def rules(self, text: str) -> None:
        """Replace all nftables rules of this namespace; empty: none. Raises CommandFailed."""
        self.run("nft", "-f", "-", text=f"flush ruleset\n{text}\n")


def why_not() -> str | None:
    """Why namespaces and TUN devices cannot be made here, as a sentence; None: they can."""
    missing = [name for name in ("ip", "nft") if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} not found (Debian packages iproute2 and nftables)"
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not Path(TUN_FILE).exists():
        return f"there is no {TUN_FILE}: the kernel has no TUN devices here"
    try:
        os.close(open_tun(f"td{os.getpid()}try"))
        with namespace("try"):
            return None
    except (OSError, CommandFailed) as refused:
        return f"network namespaces cannot be made here: {refused}"


def demand() -> None:
    """Raises NamespacesMissing where `why_not` has a reason."""
    if (reason := why_not()) is not None:
        raise NamespacesMissing(reason)


@contextmanager
def namespace(role: str) -> Iterator[Namespace]:
    """A new one with its loopback up. `role`: lower-case letters. Raises CommandFailed."""
    remove_leftovers()
    made = Namespace(f"tiepdan-{os.getpid()}-{next(_numbers)}-{role}")
    _run("ip", "netns", "add", made.name)
    try:
        _run("ip", "-n", made.name, "link", "set", "lo", "up")
        yield made
    finally:
        _run("ip", "netns", "delete", made.name)


def remove_leftovers() -> list[str]:
    """Remove what crashed runs left; their names. What still runs inside one is left to its own end."""
    removed = []
    for line in _run("ip", "netns", "list").splitlines():
        name = line.split()[0]
        match = _NAME.match(name)
        if match is not None and not Path(f"/proc/{match[1]}").exists():
            try:
                _run("ip", "netns", "delete", name)
            except CommandFailed:
                continue  # another run was quicker
            removed.append(name)
    return removed


def move_in(device: str, into: Namespace, address: str) -> None:
    """Give the namespace the device: called `line`, up, the way to everywhere. `address` has a prefix length."""
    _run("ip", "link", "set", device, "netns", into.name)
    _batch(
        into,
        f"link set {device} name line",
        "link set line addrgenmode none mtu 1500 txqueuelen 2000",  # no word of IPv6 on the line
        f"addr add {address} dev line",
        "link set line up",
        "route add default dev line",
    )


def readdress(inside: Namespace, before: str, after: str) -> None:
    """The device keeps running under another address, as after another Wi-Fi; no TCP connection survives it."""
    _batch(inside, f"addr del {before} dev line", f"addr add {after} dev line", "route replace default dev line")


def _batch(inside: Namespace, *commands: str) -> None:
    _run("ip", "-n", inside.name, "-batch", "-", text="\n".join(commands) + "\n")


def _run(*arguments: str, text: str = "") -> str:
    done = subprocess.run(arguments, input=text, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode != 0:
        raise CommandFailed(f"{_words(arguments)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _words(arguments: Sequence[str]) -> str:
    return " ".join(arguments)
