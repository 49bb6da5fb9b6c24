"""Run programs one after the other and measure each as a whole: seconds, work and memory."""

from __future__ import annotations

import atexit
import os
import platform
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_POLL_SECONDS = 0.002


@dataclass(frozen=True)
class Run:
    """One run of one program, or of several in a row."""

    seconds: float
    work: float
    """Seconds of processor time: what other programs take away does not count."""
    peak_mib: int
    output: bytes
    error: str
    """The last line that it complained with, where it failed."""


def run(command: Sequence[str], *, timeout: float, cache: Path | None = None) -> Run:
    """Run a program by itself.

    Args:
        command: The program and its arguments.
        timeout: The seconds after which it is stopped.
        cache: The folder for what factbook keeps.

    Raises:
        subprocess.TimeoutExpired: It did not finish.
    """
    more = {"FACTBOOK_CACHE": str(cache)} if cache else {}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as error:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=error, cwd="/", env=environment() | more
        )
        peak = 0
        while True:
            peak = _peak_kib(process.pid) or peak
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.perf_counter() - started > timeout:
                process.kill()
                os.wait4(process.pid, 0)
                process.returncode = -9
                raise subprocess.TimeoutExpired(list(command), timeout)
            time.sleep(_POLL_SECONDS)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        error.seek(0)
        said = error.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        return Run(
            seconds,
            used.ru_utime + used.ru_stime,
            (peak or used.ru_maxrss) // 1024,
            output.read(),
            (said or "failed") if process.returncode else "",
        )


def _peak_kib(process: int) -> int:
    """Return the most memory that a process had; what the system tells at its end counts ours."""
    try:
        with open(f"/proc/{process}/status", "rb") as file:  # noqa: PTH123 - very often
            found = [line for line in file if line.startswith(b"VmHWM:")]
        return int(found[0].split()[1]) if found else 0
    except OSError:
        return 0


def in_a_row(commands: Sequence[Sequence[str]], *, timeout: float) -> Run:
    """Run programs one after the other, and count them as one; the last one's output is kept."""
    runs = []
    for command in commands:
        runs.append(run(command, timeout=timeout))
        if runs[-1].error:
            break
    return Run(
        sum(each.seconds for each in runs),
        sum(each.work for each in runs),
        max(each.peak_mib for each in runs),
        runs[-1].output,
        runs[-1].error,
    )


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the ratios of paired runs."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


@cache
def environment() -> dict[str, str]:
    """Return an environment in which modules are compiled once, as where they are installed."""
    compiled = tempfile.mkdtemp(prefix="benchmark-modules-")
    atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPYCACHEPREFIX": compiled}


def machine() -> dict[str, object]:
    """Return what there is to know of the machine, and how busy it is."""
    return {
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "load": [round(each, 2) for each in os.getloadavg()],
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:  # noqa: PTH123 - not a file of ours
            lines = [line for line in file if line.startswith("model name")]
        return lines[0].partition(":")[2].strip()
    except (OSError, IndexError):
        return platform.processor()
