"""Names of hosts, and who counts as one origin of requests."""

import pytest

from app.core.hosts import checked_host, checked_network, host_of, is_allowed, origin_of


@pytest.mark.parametrize(
    ("header", "host"),
    [
        ("lab.example", "lab.example"),
        ("LAB.example:8000", "lab.example"),
        ("10.0.0.2:80", "10.0.0.2"),
        ("[::1]:80", "::1"),
        ("", ""),
        ("lab.example/evil", ""),
        ("user@lab.example", ""),
        ("lab.example:port", ""),
        ("lab.example\\evil", ""),
        ("[::1", ""),
        ("lab.example?", ""),
    ],
)
def test_the_host_of_a_header(header: str, host: str) -> None:
    assert host_of(header) == host


def test_names_wildcards_addresses_and_networks_are_allowed() -> None:
    allowed = [checked_host(host) for host in ("Lab.example", "*.uni.example", "10.1.0.0/16", "[fd00::1]")]
    for host in ("lab.example", "psych.uni.example", "a.b.uni.example", "10.1.200.3", "fd00::1"):
        assert is_allowed(host, allowed), host
    for host in ("evil.example", "uni.example", "eviluni.example", "10.2.0.1", "lab.example.evil", "fd00::2"):
        assert not is_allowed(host, allowed), host


@pytest.mark.parametrize("text", ["*", "*.", "http://lab.example", "lab example", "10.0.0.1/8", "a*.example"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write such as"):
        checked_host(text)


@pytest.mark.parametrize("text", ["*", "proxy", "10.0.0.1/8", ""])
def test_what_is_no_network_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no address or network"):
        checked_network(text)


def test_an_ipv6_household_is_one_origin_and_each_ipv4_address_its_own() -> None:
    assert origin_of("2001:db8:1:2::1") == origin_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert origin_of("2001:db8:1:3::1") != origin_of("2001:db8:1:2::1")
    assert origin_of("10.0.0.1") == origin_of("::ffff:10.0.0.1") == "10.0.0.1"
    assert origin_of("") == origin_of("nonsense") == "unknown"
