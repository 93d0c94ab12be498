# SPDX-License-Identifier: GPL-2.0-or-later
"""How many programs what leaves an interface goes through by tcx, which `tc` does not list: chain.py INTERFACE. 0, too, where the kernel has no tcx."""
import ctypes
import errno
import os
import platform
import socket
import struct
import sys

SYS_BPF = {"x86_64": 321, "aarch64": 280, "riscv64": 280}[platform.machine()]
PROG_QUERY, TCX_EGRESS, NO_TCX = 16, 47, errno.EINVAL


def count(interface):
    # union bpf_attr: interface, kind, two words of flags, room for numbers (none), how many; then room for what else the kernel writes
    question = ctypes.create_string_buffer(struct.pack("=IIIIQI", socket.if_nametoindex(interface), TCX_EGRESS, 0, 0, 0, 0), 64)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(SYS_BPF, PROG_QUERY, question, len(question)) == 0:
        return struct.unpack_from("=I", question, 24)[0]
    if ctypes.get_errno() == NO_TCX:
        return 0
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


print(count(sys.argv[1]))
