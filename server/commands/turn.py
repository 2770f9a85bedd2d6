"""`tiepdan turn`: the configuration of the TURN server that stands beside this one."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated

import typer

from server.commands.context import fail, load_settings
from server.commands.turn_configuration import TurnPlan, firewall_rules, turnserver_conf
from server.settings import Settings, split_host_and_port

PLAIN_PORT, TLS_PORT = 3478, 5349  # RFC 8656 (3478) and RFC 7065: where a URL names no port


def turn(
    firewall: Annotated[
        bool, typer.Option("--firewall", help="print nftables rules for coturn's account instead")
    ] = False,
    certificate: Annotated[str, typer.Option(help="TLS certificate, PEM")] = "/etc/coturn/turn.crt",
    key: Annotated[str, typer.Option(help="its private key, PEM")] = "/etc/coturn/turn.key",
    listen: Annotated[list[str] | None, typer.Option(help="IP address to listen on; all if left out")] = None,
    external: Annotated[str, typer.Option(help="public IP address, where NAT stands before it")] = "",
    first_port: Annotated[int, typer.Option(min=1024, max=65535, help="first UDP port of relays")] = 50_000,
    last_port: Annotated[int, typer.Option(min=1024, max=65535, help="last UDP port of relays")] = 52_999,
    user: Annotated[str, typer.Option(help="the account coturn runs as")] = "turnserver",
) -> None:
    """Print turnserver.conf for coturn, made from the settings: it can reach nothing but the media port."""
    settings = load_settings()
    if not settings.turn_urls:
        raise fail("TIEPDAN_TURN is empty. Set it to the URLs under which rooms reach the TURN server.")
    if first_port > last_port:
        raise fail(f"came --first-port {first_port} after --last-port {last_port}", 2)
    addresses = [*(listen or []), *([external] if external else [])]
    for address in addresses:
        try:
            ip_address(address)
        except ValueError:
            raise fail(f"came {address!r}; allowed is an IP address", 2) from None
    media, media_port = _media(settings)
    realm, plain_port, tls_port = _listening(settings.turn_urls)
    plan = TurnPlan(
        realm=realm,
        secret=settings.turn_secret,
        media=ip_address(media),
        media_port=media_port,
        plain_port=plain_port,
        tls_port=tls_port,
        first_port=first_port,
        last_port=last_port,
        certificate=certificate,
        key=key,
        user=user,
        listen=tuple(listen or ()),
        external=external,
    )
    print(firewall_rules(plan) if firewall else turnserver_conf(plan), end="")


def _media(settings: Settings) -> tuple[str, int]:
    """Where media is reached; ends with a sentence where the settings do not say it."""
    host, port = split_host_and_port(settings.media)
    said = settings.media_advertise
    if said:
        try:
            host = str(ip_address(said))
        except ValueError:
            host, port = split_host_and_port(said)
    if ip_address(host).is_unspecified:
        raise fail("Set TIEPDAN_MEDIA_ADVERTISE: TURN must know the one address it may reach.")
    if port == 0:
        raise fail("Give TIEPDAN_MEDIA a port: TURN must know the one port it may reach.")
    return host, port


def _listening(urls: tuple[str, ...]) -> tuple[str, int | None, int | None]:
    """Realm, plain port and TLS port; ends with a sentence where the URLs need two servers."""
    hosts, ports = [], {"turn": set[int](), "turns": set[int]()}
    for url in urls:
        scheme, _, rest = url.partition(":")
        place = rest.partition("?")[0]
        host, separator, port = place.rpartition(":")
        if not separator or place.endswith("]"):
            host, port = place, ""
        hosts.append(host.strip("[]"))
        ports[scheme].add(int(port) if port else (TLS_PORT if scheme == "turns" else PLAIN_PORT))
    for scheme, found in ports.items():
        if len(found) > 1:
            raise fail(f"TIEPDAN_TURN names several ports for {scheme}: {sorted(found)}; one is allowed")
    plain, tls = (next(iter(ports[scheme]), None) for scheme in ("turn", "turns"))
    return hosts[0], plain, tls
