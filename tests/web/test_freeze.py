"""The pages as files: complete, with links that work anywhere, and the same as those served."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin, urlsplit
from urllib.request import urlopen

import pytest
from click.testing import CliRunner

pytest.importorskip("flask_frozen")

from factbook.api import Book
from factbook.cli.root import root
from factbook.web.app import create_app
from factbook.web.freeze import addresses_in, find_folded
from factbook.web.site import KEY, Settings, Site
from factbook.web.site_folder import MARK, replace_site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

RIVERS = Path(__file__).parents[1] / "cli" / "book"
EVIL = Path(__file__).parent / "evil"
LINK = re.compile(r'(?:href|src)="([^"]*)"')


def write(folder: Path, *options: str, book: Path = RIVERS) -> Result:
    """Run `factbook site` for a folder."""
    words = ["--book", str(book), "--no-cache", "site", str(folder), "--processes", "1", *options]
    return CliRunner().invoke(root, words, prog_name="factbook")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site of a small book."""
    folder = tmp_path_factory.mktemp("host") / "sub" / "facts"
    folder.parent.mkdir()
    result = write(folder)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(rf"Wrote \d+ pages and \d+ files to {folder}\n", result.stdout)
    return folder


def links_of(page: str) -> list[str]:
    """Return the links of a page to the same site."""
    found = [link.replace("&amp;", "&") for link in LINK.findall(page)]
    return [link for link in found if not urlsplit(link).scheme]


def test_links_resolve_as_files(site: Path) -> None:
    """Each link of each page leads to a file, without a query, and each anchor is there."""
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}

    assert len(pages) > 20
    for path, page in pages.items():
        for link in links_of(page):
            parts = urlsplit(link)
            assert not parts.query
            assert not parts.path.startswith("/")
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), (path, link)
            if parts.fragment and target.suffix == ".html":
                assert f'id="{unquote(parts.fragment)}"' in pages[target], (path, link)


def test_links_resolve_below_a_path(site: Path) -> None:
    """All pages are found from the front page when a server has the site below a path."""
    handler = partial(QuietHandler, directory=str(site.parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        start = f"http://127.0.0.1:{server.server_port}/sub/facts/"
        seen, queue = {start}, [start]
        while queue:
            address = queue.pop()
            assert address.startswith(start)
            with urlopen(address) as response:  # noqa: S310 - it begins with http
                body = response.read()
            if address.endswith((".html", "/")):
                linked = {
                    urljoin(address, link).partition("#")[0] for link in links_of(body.decode())
                }
                queue += sorted(linked - seen)
                seen |= linked
        server.shutdown()

    written = {path for path in site.rglob("*") if path.is_file() and path.name != MARK}
    assert len(seen) >= len(written)  # the front page has two addresses


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and logs nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Log nothing."""


@pytest.fixture(scope="module")
def live() -> Iterator[dict[str, str]]:
    """Return the pages that are served, by their addresses."""
    app = create_app(Book(RIVERS, cache=False))
    pages, queue = {}, ["/"]
    with app.test_client() as client:
        while queue:
            address = queue.pop()
            if address in pages:
                continue
            pages[address] = client.get(address, headers={"Accept": "text/html"}).text
            queue += [
                a for a in addresses_in(pages[address], address) if a.endswith((".html", "/"))
            ]
    yield pages
    app.extensions[KEY].close()


def test_content_is_that_of_the_served_pages(site: Path, live: dict[str, str]) -> None:
    """The tables, headings and charts of each file are those of the page that is served."""
    compared = 0
    for path in site.rglob("*.html"):
        address = f"/{path.relative_to(site)}".removesuffix("index.html")
        static, served = path.read_text(encoding="utf-8"), live[address]
        for pattern in (
            r"(?s)<t[hd][ >].*?</t[hd]>",
            r"(?s)<h[1-3].*?</h[1-3]>",
            r"(?s)<svg.*?</svg>",
        ):
            shown = [re.sub(r"<[^>]*>", "", each) for each in re.findall(pattern, static)]
            assert shown == [re.sub(r"<[^>]*>", "", each) for each in re.findall(pattern, served)]
            compared += len(shown)
    assert compared > 100


def test_forms_name_the_command_instead(site: Path) -> None:
    """A file has no form; it names the command that asks with other values."""
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<form" not in page
        assert "factbook serve" in page
    assert "factbook query river --help" in (site / "queries/river.html").read_text(
        encoding="utf-8"
    )


def test_data_of_pages_is_there(site: Path) -> None:
    """A page of a thing has its linked data, and its panels have their rows, beside it."""
    danube = site / "river"

    assert "danube" in (danube / "danube.ttl").read_text(encoding="utf-8")
    assert "danube" in (danube / "danube.jsonld").read_text(encoding="utf-8")
    assert list((site / "queries").rglob("*.csv"))
    assert (site / "data/graph.ttl").stat().st_size
    assert not list(site.rglob("*.nt"))


def test_foreign_folder_is_refused(tmp_path: Path) -> None:
    """A folder with other files stays as it is, and so does a file."""
    kept = tmp_path / "notes.txt"
    kept.write_text("mine")

    for folder in (tmp_path, kept):
        result = write(folder)
        assert result.exit_code == 2
        assert result.stderr.startswith(f"error: {folder} ")
    assert write(tmp_path / "missing" / "site").exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert kept.read_text() == "mine"


def test_earlier_site_is_replaced(tmp_path: Path) -> None:
    """Pages of an earlier site go; what others have put beside them stays."""
    folder = tmp_path / "site"
    for name in ("old", "new"):
        with replace_site(folder) as content:
            (content / f"{name}.html").write_text(name)
        (folder / ".git").mkdir(exist_ok=True)

    assert {path.name for path in folder.iterdir()} == {"new.html", ".git", MARK}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_failed_site_leaves_the_earlier_one(tmp_path: Path) -> None:
    """When pages cannot be written, the earlier site is untouched and nothing is left over."""
    folder = tmp_path / "site"
    with replace_site(folder) as content:
        (content / "old.html").write_text("old")

    def fail() -> None:
        with replace_site(folder) as content:
            (content / "new.html").write_text("new")
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert {path.name for path in folder.iterdir()} == {"old.html", MARK}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_interrupt_leaves_nothing(tmp_path: Path) -> None:
    """An interrupted command removes what it has written and says that it was interrupted."""
    words = ["--book", str(RIVERS), "--no-cache", "site", str(tmp_path / "site")]
    process = subprocess.Popen(
        [sys.executable, "-m", "factbook", *words],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    while process.poll() is None and not any(tmp_path.glob(".*/site")):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert said == "interrupted\n"
    assert list(tmp_path.iterdir()) == []


def test_killed_command_leaves_no_process(tmp_path: Path) -> None:
    """Processes that make pages end with the one that has started them."""
    words = ["--book", str(RIVERS), "--no-cache", "site", str(tmp_path / "site")]
    process = subprocess.Popen([sys.executable, "-m", "factbook", *words], start_new_session=True)
    while process.poll() is None and not any(tmp_path.glob(".*/site")):
        time.sleep(0.02)
    process.kill()
    process.wait()

    until = time.monotonic() + 20
    while time.monotonic() < until and _is_alive(process.pid):
        time.sleep(0.05)
    assert not _is_alive(process.pid)


def _is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_book_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """The command reports an error in a process of the pool."""
    book = tmp_path / "book"
    for name in ("ontology", "data/sources"):
        (book / name).mkdir(parents=True)
    (book / "ontology" / "context.jsonld").write_text('{"@context": {}}')
    (book / "data" / "sources" / "bad.ttl").write_text("bad")

    result = write(tmp_path / "site", book=book)

    assert result.exit_code == 3
    assert result.stderr.startswith(f"error: {book / 'data' / 'sources' / 'bad.ttl'}:1:")
    assert not (tmp_path / "site").exists()


def test_evil_texts_stay_harmless_in_files(tmp_path: Path) -> None:
    """What could be markup in the data is text in the files as well."""
    result = write(tmp_path / "site", book=EVIL)

    assert result.exit_code == 0, result.output
    for path in (tmp_path / "site").rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page


def test_observations_of_imports_share_the_page_of_their_source(tmp_path: Path) -> None:
    """Only a thing that a single imported source mentions has no page of its own."""
    for name in ("ontology", "queries", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "ontology" / "context.jsonld").write_text('{"@context": {}}')
    for folder, name in (("a", "plain"), ("b/imports", "import")):
        file = tmp_path / "data" / "sources" / folder / f"{name}.ttl"
        file.parent.mkdir(parents=True)
        source = f"https://example.org/source/{name}"
        file.write_text(
            f"@base <{source}> .\n<> a <https://example.org/Source> .\n"
            f"<{source}/1> a <https://example.org/Reading> .\n"
            "<https://example.org/both> a <https://example.org/Gauge> .\n"
        )

    folded = find_folded(Site(Book(tmp_path, cache=False), Settings()))

    assert folded == {"https://example.org/source/import/1": "https://example.org/source/import"}
