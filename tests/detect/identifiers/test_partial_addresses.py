"""IP addresses whole or not at all, and e-mail addresses that are disguised, cut or without an ending."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.detect.engine import find
from pipeline.records import Context

NOTHING = Context()


def found(text: str, label: str) -> list[str]:
    return [match.text for match in find(text, NOTHING) if match.label == label]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("broker at 2001:db8:85a3::8a2e:370:7334 is down", ["2001:db8:85a3::8a2e:370:7334"]),
        ("ping fe80::dead:beef%eth0 now", ["fe80::dead:beef%eth0"]),
        ("and ::1, then", ["::1"]),
        ("at [2001:db8::c0de:1]:8883.", ["[2001:db8::c0de:1]:8883"]),
        ("(2001:db8::1)", ["2001:db8::1"]),
        ("is it 2001:db8::1: yes", ["2001:db8::1"]),
        ("2001:db8::/32 range", ["2001:db8::/32"]),
        ("::ffff:10.20.30.40 mapped", ["::ffff:10.20.30.40"]),
        ("A099::09C0:876A:130B", ["A099::09C0:876A:130B"]),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334.", ["2001:0db8:85a3:0000:0000:8a2e:0370:7334"]),
        ("10.20.30.0/24 and 10.1.2.3:8080", ["10.20.30.0/24", "10.1.2.3:8080"]),
        ("std::vector foo::bar :: and ::", []),
        ("a::Base, dead::new(), :::", []),
        ("at 10:00:00 or 10:00:00:12", []),
        ("00:1A:2B:3C:4D:5E", ["00:1A:2B:3C:4D:5E"]),
    ],
)
def test_an_ip_address_is_found_whole(text: str, addresses: list[str]) -> None:
    assert found(text, "IP") == addresses


@given(st.ip_addresses(v=6), st.sampled_from(["%s", "at %s.", "(%s)", "[%s]:443", "%s/64", "x=%s,"]))
def test_every_compressed_address_goes_whole(address: ipaddress.IPv6Address, around: str) -> None:
    text = around % address.compressed
    covered = "".join(found(text, "IP"))
    assert address.compressed in covered or int(address) == 0


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("write ana(at)vantrexa.io now", ["ana(at)vantrexa.io"]),
        ("write ana [at] vantrexa [dot] io", ["ana [at] vantrexa [dot] io"]),
        ("ana{at}vantrexa.io", ["ana{at}vantrexa.io"]),
        ("ana<at>vantrexa(dot)co(dot)uk", ["ana<at>vantrexa(dot)co(dot)uk"]),
        ("ana_at_vantrexa.io", ["ana_at_vantrexa.io"]),
        ("ana＠vantrexa.io", ["ana＠vantrexa.io"]),
        ("it is ana@vantrexa, bo.li@corp-internal.", ["ana@vantrexa", "bo.li@corp-internal"]),
        ('Replying to "my mail is ana@nor..."', ["ana@nor..."]),
        ('Replying to "my mail is ana.ruiz@…"', ["ana.ruiz@…"]),
        ('"ana@vantrexa.i..."', ["ana@vantrexa.i..."]),
        ("write to ana@vantrexa.io.", ["ana@vantrexa.io"]),
        ("use react@18, node@lts with actions/checkout@v4", []),
        ("@decorator, me @ home, a @ b", []),
        ("look at (at) the end", []),
    ],
)
def test_an_address_in_part_is_found(text: str, addresses: list[str]) -> None:
    assert found(text, "EMAIL") == addresses
