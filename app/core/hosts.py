"""Names of machines and networks: what settings may say, what a request says; pure."""

import ipaddress
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

NAME = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
# A household or a laboratory is given one network of this size, and its machines change addresses within it.
IPV6_PREFIX = 64


def checked_network(text: str) -> str:
    """An address or network as it is written. Raises `ValueError` for anything else."""
    try:
        return str(ipaddress.ip_network(text)).removesuffix("/32").removesuffix("/128")
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no address or network ({error}); write such as 10.0.0.2 or 10.0.0.0/24"
        ) from None


def checked_host(text: str) -> str:
    """A name, *.NAME, an address or a network, in small letters. Raises `ValueError`."""
    host = text.lower().strip("[]")
    if "/" in host or ":" in host:
        return checked_network(host)
    if not NAME.fullmatch(host):
        raise ValueError(
            f"{text!r} is no name of a host; write such as lab.example, *.lab.example, 10.0.0.0/24"
        )
    return host


def host_of(header: str) -> str:
    """The host of a Host header, without its port, in small letters; "" if it is malformed."""
    if re.search(r"[^\w.:\[\]-]", header, re.ASCII):
        return ""
    try:
        parts = urlsplit(f"//{header}")
        parts.port  # noqa: B018 (raises where it is no number)
    except ValueError:
        return ""
    return parts.hostname or ""


def is_allowed(host: str, allowed: Sequence[str]) -> bool:
    """Whether one of `allowed` (see `checked_host`) is, or has, this host."""
    return any(_fits(host, each) for each in allowed)


def _fits(host: str, pattern: str) -> bool:
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    if "/" in pattern:
        try:
            return ipaddress.ip_address(host) in ipaddress.ip_network(pattern)
        except ValueError:
            return False
    return host == pattern


def origin_of(address: str) -> str:
    """What one origin of requests is called in counts: an IPv4 address, or the /64 network of an IPv6 one.

    What is no address is all counted as one.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found.packed, IPV6_PREFIX), strict=False))
