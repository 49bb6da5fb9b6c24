"""A login goes out when a server asks for it, and to no server that it would not be safe with."""

from __future__ import annotations

import base64
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from factbook.errors import EndpointError, InputError, UsageError
from factbook.store.credentials import find_login, require_encryption
from factbook.store.remote import RemoteEngine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YES = b'{"head": {}, "boolean": true}'


class Guarded(BaseHTTPRequestHandler):
    """Answers whoever says 'ada' and 'söster:x', after asking for it."""

    scheme = 'Basic realm="x"'

    def do_POST(self) -> None:
        """Answer or ask."""
        self.rfile.read(int(self.headers["Content-Length"]))
        wanted = "Basic " + base64.b64encode("ada:söster:x".encode()).decode()
        known = self.headers.get("Authorization") == wanted
        body = YES if known else b"who are you?"
        self.send_response(200 if known else 401)
        if not known:
            self.send_header("WWW-Authenticate", self.scheme)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - as inherited
        """Say nothing."""


@pytest.fixture
def guarded() -> Iterator[str]:
    """Serve the guarded endpoint."""
    server = HTTPServer(("127.0.0.1", 0), Guarded)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Begin without any login."""
    monkeypatch.delenv("FACTBOOK_USER", raising=False)
    monkeypatch.delenv("FACTBOOK_PASSWORD", raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


def test_login_of_the_environment_answers_a_challenge(
    guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """User and password of the environment answer a challenge."""
    monkeypatch.setenv("FACTBOOK_USER", "ada")
    monkeypatch.setenv("FACTBOOK_PASSWORD", "söster:x")

    assert RemoteEngine(guarded, login=True).query("ASK {}") is True


def test_missing_login_is_explained(guarded: str) -> None:
    """The refusal names the variables and the file."""
    with pytest.raises(EndpointError, match="set FACTBOOK_USER and FACTBOOK_PASSWORD"):
        RemoteEngine(guarded, login=True).query("ASK {}")


def test_unknown_kind_of_login_is_named(guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named."""
    monkeypatch.setattr(Guarded, "scheme", "Negotiate")
    monkeypatch.setenv("FACTBOOK_USER", "ada")
    monkeypatch.setenv("FACTBOOK_PASSWORD", "söster:x")

    with pytest.raises(EndpointError, match=r"a login of an unsupported kind.*Negotiate"):
        RemoteEngine(guarded, login=True).query("ASK {}")


def test_the_environment_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each host has its entry; the environment beats them all."""
    (tmp_path / "netrc").write_text("machine a.example login u password p\n", encoding="utf-8")

    assert find_login("a.example") == ("u", "p")
    assert find_login("b.example") is None

    monkeypatch.setenv("FACTBOOK_USER", "v")
    monkeypatch.setenv("FACTBOOK_PASSWORD", "")
    assert find_login("a.example") == ("v", "")


def test_user_without_a_password_is_a_usage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a password is the user's mistake."""
    monkeypatch.setenv("FACTBOOK_USER", "ada")

    with pytest.raises(UsageError, match="FACTBOOK_PASSWORD is not"):
        find_login("a.example")


def test_netrc_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A netrc file that cannot be read as one is named."""
    (tmp_path / "netrc").write_text("machine a.example nonsense\n", encoding="utf-8")

    with pytest.raises(InputError, match="cannot be read as a netrc file"):
        find_login("a.example")


@pytest.mark.parametrize("address", ["http://example.org/", "http://10.0.0.1/", "http://127.evil/"])
def test_password_is_not_sent_in_clear(address: str) -> None:
    """A password crosses no network by http."""
    with pytest.raises(UsageError, match="use https"):
        require_encryption(address)


@pytest.mark.parametrize("address", ["https://example.org/", "http://localhost/", "http://[::1]/"])
def test_password_is_sent_by_https_or_to_this_machine(address: str) -> None:
    """Https, or this machine."""
    require_encryption(address)


def test_password_for_this_machine_does_not_pass_a_proxy(
    guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy in the environment is for other machines."""
    monkeypatch.setenv("FACTBOOK_USER", "ada")
    monkeypatch.setenv("FACTBOOK_PASSWORD", "söster:x")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nobody listens there

    assert RemoteEngine(guarded, login=True).query("ASK {}") is True


@pytest.mark.parametrize(
    "address",
    ["http://[::1", "http://e.org:99999/", "http://a b/", "http://e.org/\n", "ftp://e.org"],
)
def test_bad_address_is_wrong_usage(address: str) -> None:
    """It is refused before anything is sent."""
    with pytest.raises(UsageError, match="is not an http or https address"):
        RemoteEngine(address)
