"""A browser, and the pages of two books served to it on this machine only."""

from __future__ import annotations

import logging
import os
import shutil
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.core_book import core_book

pytest.importorskip("flask")
pytest.importorskip("playwright")

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from factbook.api import Book
from factbook.web.app import create_app
from factbook.web.site import KEY, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

CHROMIUM = "/usr/bin/chromium"
EVIL = Path(__file__).parents[1] / "evil"
_LONG = 1_000_000


@dataclass
class Visit:
    """A page of the browser, and what went wrong on it."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)

    def open(self, address: str) -> int:
        """Go to an address of the site and return the status of the answer."""
        answer = self.page.goto(self.base + address)
        assert answer is not None
        return answer.status

    def is_wider_than_screen(self) -> bool:
        """Tell whether the page scrolls sideways."""
        script = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        return bool(self.page.evaluate(script))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium; skip where it is not there, unless it must be."""
    if shutil.which(CHROMIUM) is None:
        message = f"{CHROMIUM} is not there"
        if os.environ.get("FACTBOOK_TEST_BROWSER") == "required":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM)
        yield started
        started.close()


@contextmanager
def serving(book: Book, settings: Settings | None = None) -> Iterator[str]:
    """Serve a book; give the address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = create_app(book, settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions[KEY].close()


@pytest.fixture(scope="session")
def bundled_site() -> Iterator[str]:
    """Serve the bundled book."""
    with serving(Book(core_book())) as address:
        yield address


@pytest.fixture(scope="session")
def evil_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a book whose texts try to break out of the page, one of them a megabyte long."""
    folder = tmp_path_factory.mktemp("evil") / "book"
    shutil.copytree(EVIL, folder)
    (folder / "data/sources/x/long.ttl").write_text(
        "@base <https://example.com/odd/source/long> .\n"
        "@prefix ex: <https://example.com/odd/> .\n@prefix schema: <https://schema.org/> .\n\n"
        f'ex:long a ex:Odd ;\n    ex:next ex:script ;\n    schema:name "{"long " * 40}"@en ;\n'
        f'    schema:description "{"x" * _LONG}"@en .\n',
        encoding="utf-8",
    )
    with serving(Book(folder, cache=False)) as address:
        yield address


@contextmanager
def visiting(
    browser: Browser, base: str, *, dark: bool = False, width: int = 1440, scripts: bool = True
) -> Iterator[Visit]:
    """Give a fresh page that notes errors on the console and requests to other machines."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=scripts,
    )
    visit = Visit(context.new_page(), base)

    def note_line(line: ConsoleMessage) -> None:
        if line.type == "error":
            visit.faults.append(f"console: {line.text}")

    def note_request(request: Request) -> None:
        if not request.url.startswith((base, "data:")):
            visit.faults.append(f"request: {request.url}")

    visit.page.on("console", note_line)
    visit.page.on("request", note_request)
    visit.page.on("pageerror", lambda error: visit.faults.append(f"script: {error}"))
    yield visit
    context.close()


@pytest.fixture
def visit(browser: Browser, bundled_site: str) -> Iterator[Visit]:
    """Give a page on the bundled book; afterwards nothing may have gone wrong on it."""
    with visiting(browser, bundled_site) as visit:
        yield visit
    assert visit.faults == []
