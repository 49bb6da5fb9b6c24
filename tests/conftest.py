"""Real SPARQL servers that any test can ask for: Oxigraph's and Virtuoso, in folders of their own.

Both listen on a free port of this machine only and end with the tests. Where a program is missing
the test is skipped with a word, or fails where `FACTBOOK_TEST_SERVERS=required` is set.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pyoxigraph import Store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Quad

_PATIENCE = 60
_UNPRIVILEGED = "nobody"
_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CheckpointInterval = 0
NumberOfBuffers = 10000
MaxDirtyBuffers = 7500

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
ServerRoot = .
"""


@dataclass(frozen=True)
class Server:
    """A running server: where it is asked, where it is written to, and who may write."""

    query: str
    update: str
    graph_store: str
    process: subprocess.Popen[bytes]
    user: str | None = None
    password: str | None = None

    @property
    def ended(self) -> bool:
        """Whether the process is no more, as after a query that it did not survive."""
        return self.process.poll() is not None


@dataclass(frozen=True)
class Servers:
    """Starts servers; they stop when the tests end."""

    running: contextlib.ExitStack

    def oxigraph(self, quads: Iterable[Quad] | None = None) -> Server:
        """Start Oxigraph: read-only over some quads, or else empty and in memory."""
        program = _program("oxigraph", beside=Path(sys.executable).parent)
        place = f"127.0.0.1:{free_port()}"
        verb = ["serve"] if quads is None else ["serve-read-only", "--location", self._kept(quads)]
        process = self.running.enter_context(_started([program, *verb, "--bind", place], place))
        base = f"http://{place}"
        return Server(f"{base}/query", f"{base}/update", f"{base}/store", process)

    def _kept(self, quads: Iterable[Quad]) -> str:
        """Put quads into a store on disk; return its folder."""
        folder = tempfile.mkdtemp(prefix="factbook-oxigraph-")
        self.running.callback(shutil.rmtree, folder, ignore_errors=True)
        store = Store(folder)
        store.bulk_extend(quads)
        store.flush()
        return folder

    def virtuoso(self) -> Server:
        """Start an empty Virtuoso 7, as an ordinary user also where the tests run as root."""
        program = _program("virtuoso-t")
        folder = Path(tempfile.mkdtemp(prefix="factbook-virtuoso-"))
        self.running.callback(shutil.rmtree, folder, ignore_errors=True)
        sql, http = free_port(), free_port()
        ini = folder / "virtuoso.ini"
        ini.write_text(_VIRTUOSO_INI.format(sql=sql, http=http), encoding="utf-8")
        if os.geteuid() == 0:
            shutil.chown(folder, _UNPRIVILEGED)
        command = [program, "+foreground", "+configfile", str(ini)]
        place = f"127.0.0.1:{http}"
        process = self.running.enter_context(_started(command, place, folder=folder))
        base = f"http://{place}"
        return Server(
            f"{base}/sparql",
            f"{base}/sparql-auth",
            f"{base}/sparql-graph-crud-auth",
            process,
            "dba",
            "dba",
        )


@pytest.fixture(scope="session", autouse=True)
def usual_signals() -> None:
    """Let signals do what they do at a terminal: a run in the background may ignore some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Give what starts servers."""
    with contextlib.ExitStack() as running:
        yield Servers(running)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _program(name: str, *, beside: Path | None = None) -> str:
    found = (shutil.which(name, path=str(beside)) if beside else None) or shutil.which(name)
    if found is None:
        word = f"{name} is not installed"
        if os.environ.get("FACTBOOK_TEST_SERVERS") == "required":
            pytest.fail(word)
        pytest.skip(word)
    return found


@contextlib.contextmanager
def _started(
    command: Sequence[str], place: str, *, folder: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; with a folder of its own, as a user who owns no other."""
    drop = folder is not None and os.geteuid() == 0
    user = pwd.getpwnam(_UNPRIVILEGED) if drop else None
    server = subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    try:
        _await(server, place)
        yield server
    finally:
        server.kill()
        server.wait()


def _await(server: subprocess.Popen[bytes], place: str) -> None:
    host, _, port = place.partition(":")
    deadline = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server at {place} did not start")
