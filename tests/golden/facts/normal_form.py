# SPDX-License-Identifier: GPL-2.0-or-later
"""The normal form of facts, as fact_line.c writes it, out of tshark's words. For compare_facts.py and device_facts.py."""
import ipaddress
import re


class Malformed(Exception):
    """tshark's own lists do not fit together: it gave up within the frame."""


def percent(raw):
    """Bytes, or text in which each character is a byte."""
    if isinstance(raw, str):
        raw = raw.encode("latin-1")
    return "".join(chr(c) if 0x20 < c < 0x7F and c not in b"%|" else f"%{c:02X}" for c in raw)


CONTROLS = dict(zip("abfnrtv", "\a\b\f\n\r\t\v"))


def unescaped(match):
    escape = match.group()[1:]
    if escape in CONTROLS:
        return CONTROLS[escape]
    code = int(escape[1:], 16) if escape[0] in "uU" else int(escape, 8)
    return chr(code).encode("utf-8").decode("latin-1")


def shown(text):
    """Text as tshark prints it: characters that do not print come as backslash escapes."""
    return re.sub(r"\\([abfnrtv]|[0-7]{3}|u[0-9a-f]{4}|U[0-9a-f]{8})", unescaped, text)


def lower(text):
    return re.sub("[A-Z]", lambda match: match.group().lower(), text)


def name(text):
    """A DNS name in tshark's words."""
    return "." if text in ("<Root>", "") else percent(lower(shown(text)))


def address(text):
    return str(ipaddress.ip_address(text)) if text and text != "0.0.0.0" else "::"
