"""Log in to servers that ask for it, with credentials from the environment or the netrc file.

The command line takes no credentials, because other users of the machine can read it. They are sent
by https or to this machine only.
"""

from __future__ import annotations

import os
import urllib.request
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from factbook.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPMessage

USER = "FACTBOOK_USER"
PASSWORD = "FACTBOOK_PASSWORD"  # noqa: S105 - the name of a variable


def handlers() -> list[urllib.request.BaseHandler]:
    """Return the urllib handlers for Digest and Basic authentication."""
    known = _PasswordFinder()
    return [_Digest(known), _Basic(known)]


def find_login(host: str) -> tuple[str, str] | None:
    """Return user and password for a host, from the environment or else from the netrc file.

    Raises:
        UsageError: There is a user without a password.
        InputError: The netrc file cannot be understood.
    """
    user = os.environ.get(USER)
    if user is not None:
        password = os.environ.get(PASSWORD)
        if password is None:
            raise UsageError(f"{USER} is set but {PASSWORD} is not")
        return user, password
    import netrc

    path = Path(os.environ.get("NETRC") or Path.home() / ".netrc")
    if not path.is_file():
        return None
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except (OSError, UnicodeDecodeError, netrc.NetrcParseError) as error:
        raise InputError(f"{path}: cannot be read as a netrc file: {error}") from None
    return (found[0], found[2]) if found and found[2] is not None else None


def require_encryption(address: str) -> None:
    """Check that requests to an address are encrypted or stay on this machine.

    Raises:
        UsageError: It would cross a network in clear.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not is_this_machine(parts.hostname or ""):
        raise UsageError(
            f"{parts.hostname} asks for a password, and http would send it in clear: use https"
        )


class _PasswordFinder(urllib.request.HTTPPasswordMgr):
    """Finds the login when a server asks for it."""

    def find_user_password(self, realm: str, authuri: str) -> tuple[str, str] | tuple[None, None]:
        """Return user and password for an address."""
        del realm
        login = find_login(urlsplit(authuri).hostname or "")
        if login is None:
            return None, None
        require_encryption(authuri)
        return login


class _Digest(urllib.request.HTTPDigestAuthHandler):
    """Answers a challenge, and later requests in advance, so that bodies are sent only once."""

    _challenge: Mapping[str, str] | None = None

    def get_authorization(self, req: urllib.request.Request, chal: Mapping[str, str]) -> str | None:
        """Return the answer to a challenge."""
        answer = super().get_authorization(req, chal)
        self._challenge = chal if answer is not None else None
        return answer

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        """Answer the last challenge again."""
        if self._challenge is not None and not request.has_header(self.auth_header):
            answer = self.get_authorization(request, self._challenge)
            request.add_unredirected_header(self.auth_header, f"Digest {answer}")
        return request

    https_request = http_request


class _Basic(urllib.request.HTTPBasicAuthHandler):
    """Ignores challenges by Digest, which another handler answers."""

    def http_error_401(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage
    ) -> object:
        if headers.get("WWW-Authenticate", "").lower().startswith("digest"):
            return None
        return super().http_error_401(req, fp, code, msg, headers)


def is_this_machine(host: str) -> bool:
    """Tell whether a host name is that of the machine itself."""
    if host == "localhost":
        return True
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
