"""What coturn is told, and what its account may send: TURN may reach nothing but the media port.

Two fences, because one of them may be forgotten: coturn refuses every peer but the media address, and the
kernel drops whatever its account sends elsewhere, other ports of that address among it.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

ALLOCATIONS_PER_CONNECTION = 12  # a browser asks over each URL from each of its network interfaces
ALLOCATIONS = 2400  # 600 rooms, each with a second try under way
BYTES_PER_SECOND = 1_500_000  # of one allocation: three slots at 2 Mbit/s, a camera, and repeats


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """One TURN server. `plain_port` or `tls_port` None: TIEPDAN_TURN names no such URL."""

    realm: str
    secret: str
    media: IPv4Address | IPv6Address
    media_port: int
    plain_port: int | None
    tls_port: int | None
    first_port: int
    last_port: int
    certificate: str
    key: str
    user: str
    listen: tuple[str, ...] = ()
    external: str = ""


def turnserver_conf(plan: TurnPlan) -> str:
    """A whole turnserver.conf for coturn 4.6. It carries the secret."""
    lines = [
        "# Made by `tiepdan turn`. It holds the shared secret: readable by coturn's account only (mode 0600).",
        "",
        "# Who may use it: whoever Tiepdan gave credentials to, for a day.",
        "use-auth-secret",
        f"static-auth-secret={plan.secret}",
        f"realm={plan.realm}",
        "fingerprint",
        "stale-nonce=600",
        "no-auth-pings",
        "no-dynamic-ip-list",
        "no-dynamic-realms",
        "",
        "# Where it listens.",
        *(f"listening-ip={address}" for address in plan.listen),
        *([f"external-ip={plan.external}"] if plan.external else []),
        *_listeners(plan),
        f"min-port={plan.first_port}",
        f"max-port={plan.last_port}",
        "",
        "# What it may reach: the media address, and nothing else (loopback is refused without a word of ours).",
        "no-multicast-peers",
        "denied-peer-ip=0.0.0.0-255.255.255.255",
        "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        f"allowed-peer-ip={plan.media}",
        "no-tcp-relay",
        "",
        "# How much.",
        f"user-quota={ALLOCATIONS_PER_CONNECTION}",
        f"total-quota={ALLOCATIONS}",
        f"max-bps={BYTES_PER_SECOND}",
        "",
        "# What nobody needs here.",
        "no-cli",
        "no-rfc5780",
        "no-stun-backward-compatibility",
        "no-software-attribute",
        "",
        "# coturn writes addresses of rooms into its log. To look for a fault, for a while: log-file=stdout",
        "no-stdout-log",
        "simple-log",
        "log-file=/dev/null",
    ]
    return "\n".join(lines) + "\n"


def _listeners(plan: TurnPlan) -> list[str]:
    plain = ["no-udp", "no-tcp"] if plan.plain_port is None else [f"listening-port={plan.plain_port}"]
    if plan.tls_port is None:
        return [*plain, "no-tls", "no-dtls"]
    tls = [f"tls-listening-port={plan.tls_port}", f"cert={plan.certificate}", f"pkey={plan.key}"]
    return [*plain, *tls, "no-dtls", "no-tlsv1", "no-tlsv1_1"]


def firewall_rules(plan: TurnPlan) -> str:
    """A file for `nft -f`, which may be loaded again and again. Concerns coturn's account only."""
    family = "ip6" if plan.media.version == 6 else "ip"
    ports = ", ".join(str(port) for port in (plan.plain_port, plan.tls_port) if port is not None)
    answers = [f"tcp sport {{ {ports} }} accept"]
    if plan.plain_port is not None:
        answers.append(f"udp sport {plan.plain_port} accept")
    relayed = (
        f"udp sport {plan.first_port}-{plan.last_port}"
        f" {family} daddr {plan.media} udp dport {plan.media_port} accept"
    )
    return f"""# Made by `tiepdan turn --firewall`: load it with `nft -f`, also at every start of the machine.
table inet tiepdan_turn
delete table inet tiepdan_turn
table inet tiepdan_turn {{
    chain output {{
        type filter hook output priority filter; policy accept;
        meta skuid "{plan.user}" jump of_turn
    }}
    chain of_turn {{
        # answers to rooms, from the ports it listens on
        {(chr(10) + " " * 8).join(answers)}
        # what it relays
        {relayed}
        counter drop
    }}
}}
"""
