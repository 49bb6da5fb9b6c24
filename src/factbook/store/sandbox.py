"""Restrict this process to what queries may use: no network, no other programs, no files to write.

On Linux the kernel refuses the calls (seccomp); elsewhere only the limits of the system apply.
"""

from __future__ import annotations

import contextlib
import platform
import struct
import sys

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _IS_EQUAL, _IS_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 13  # 13 is EACCES
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET = 0, 4
_FOREIGN_NUMBERS = 0x40000000  # the numbers of the x32 ABI
# By machine: its name for the kernel, and the numbers of socket, connect, bind, sendto, sendmsg,
# fork, vfork, execve, execveat, ptrace and io_uring_setup where it has them
_MACHINES = {
    "x86_64": (0xC000003E, (41, 42, 49, 44, 46, 57, 58, 59, 322, 101, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 206, 211, 221, 281, 117, 425)),
}
_MAPPED_PAGES = "/proc/self/statm"


def forbid_network() -> bool:
    """Deny this process sockets and other programs from now on.

    It holds for the calling thread and those that it starts, and cannot be undone.

    Returns:
        Whether the kernel does so.
    """
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    import ctypes

    program = _filter(*_MACHINES[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(program), 8 * len(program))
    header = struct.pack("HxxxxxxP", len(program), ctypes.addressof(code))
    process = ctypes.CDLL(None, use_errno=True)
    if process.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(process.prctl(_PR_SET_SECCOMP, _FILTER, header, 0, 0) == 0)


def _filter(architecture: int, refused: tuple[int, ...]) -> list[bytes]:
    """Return the instructions of a seccomp filter: an operation, two jumps and a number each."""
    checks = len(refused) + 1

    def step(operation: int, number: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("HBBI", operation, yes, no, number)

    return [
        step(_LOAD, _ARCHITECTURE_OFFSET),
        step(_IS_EQUAL, architecture, no=checks + 2),
        step(_LOAD, _NUMBER_OFFSET),
        step(_IS_AT_LEAST, _FOREIGN_NUMBERS, yes=checks),
        *(step(_IS_EQUAL, number, yes=checks - 1 - index) for index, number in enumerate(refused)),
        step(_RETURN, _ALLOW),
        step(_RETURN, _REFUSE),
    ]


def forbid_writing() -> None:
    """Deny growing files, and core dumps."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def mapped_bytes() -> int | None:
    """Return the mapped memory of this process in bytes, or None if unknown."""
    with contextlib.suppress(OSError, ValueError, ImportError):
        import resource

        with open(_MAPPED_PAGES, encoding="ascii") as file:  # noqa: PTH123 - of the kernel
            return int(file.read().split()[0]) * resource.getpagesize()
    return None


def limit_memory(size: int) -> None:
    """Limit the memory that this process may map, in bytes; a later call may set it higher."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
