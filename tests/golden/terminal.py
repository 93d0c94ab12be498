# SPDX-License-Identifier: GPL-2.0-or-later
"""What a terminal would see: a pseudo-terminal to run on, the width of a line, bytes that must not reach it."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata


def on_terminal(floodwall, arguments, columns, variables):
    """Its output on a terminal so wide, with line ends as written, and its exit code."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "TERM", "COLUMNS")}
    started = subprocess.Popen([floodwall, "inspect", *arguments], stdin=its, stdout=its, stderr=its, env={**environment, **variables})
    os.close(its)
    seen = b""
    while True:
        try:
            some = os.read(ours, 65536)
        except OSError:  # Linux says EIO when the other end is closed
            some = b""
        if not some:
            break
        seen += some
    os.close(ours)
    # a line of progress that was drawn over and wiped: where a run takes over a second, and no part of the report
    return re.sub(rb"(\r[^\r\n]*)+\r", b"", seen.replace(b"\r\n", b"\n")), started.wait()


def raw_bytes(text):
    """Control characters but the line feed, C1, bidi and zero-width ones, and bytes that are no UTF-8."""
    try:
        letters = text.decode()
    except UnicodeDecodeError as error:
        return [text[error.start:error.start + 1]]
    return sorted({c for c in letters if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs")})


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def too_wide(text, width):
    return [f"{columns_of(line)} columns: {line}" for line in text.decode().splitlines() if columns_of(line) > width]
