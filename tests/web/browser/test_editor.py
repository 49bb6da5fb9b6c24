"""The editor for queries: fetched by its name, checked, and left out without harm."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")

import hatch_build  # noqa: E402 - after what the tests need
from tests.web.browser.conftest import serving, visiting  # noqa: E402
from tests.web.browser.test_pages import find_barriers  # noqa: E402

from factbook.api import Book  # noqa: E402
from factbook.web.app import create_app  # noqa: E402
from factbook.web.site import KEY, Settings  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

VALUE = "document.querySelector('.CodeMirror').CodeMirror.getValue()"
RIVERS = Path(__file__).parents[2] / "cli" / "book"


def pack(content: bytes) -> bytes:
    """Return a package with one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        info = tarfile.TarInfo("package/build/x.js")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def lock(packed: bytes) -> dict[str, Any]:
    """Return a lock for a package."""
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
    return {
        "name": "x",
        "version": "1",
        "integrity": f"sha512-{digest}",
        "files": {"x.js": "package/build/x.js"},
    }


def test_lock_names_no_registry() -> None:
    """The lock has a version and a hash, and no address."""
    text = hatch_build.LOCK.read_text(encoding="utf-8")

    assert json.loads(text)["integrity"].startswith("sha512-")
    assert "://" not in text


def test_locked_package_is_unpacked(tmp_path: Path) -> None:
    """Of the package that the lock means, the files that it names are written."""
    packed = pack(b"let x;")

    assert hatch_build.unpack(packed, lock(packed), tmp_path / "editor") == ["x.js"]
    assert (tmp_path / "editor" / "x.js").read_bytes() == b"let x;"


def test_other_package_is_refused(tmp_path: Path) -> None:
    """A package with another hash than that of the lock is not unpacked."""
    with pytest.raises(hatch_build.EditorError, match="another hash"):
        hatch_build.unpack(pack(b"let y;"), lock(pack(b"let x;")), tmp_path / "editor")
    assert not (tmp_path / "editor").exists()


def test_missing_npm_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without npm there is one line that says so."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(hatch_build.EditorError, match="npm is not there"):
        hatch_build.fetch_editor(tmp_path / "editor")


def test_page_without_editor_says_so(tmp_path: Path) -> None:
    """Without the files of the editor, the page is a form that says what is missing."""
    app = create_app(Book(RIVERS, cache=False), Settings(editor=tmp_path))
    page = app.test_client().get("/editor/").text
    app.extensions[KEY].close()

    assert "<textarea" in page
    assert "yasqe" not in page
    assert "has no editor that completes terms" in page


@pytest.fixture(scope="module")
def rivers_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a small book with the editor; skip where npm cannot fetch it."""
    folder = tmp_path_factory.mktemp("editor")
    try:
        hatch_build.fetch_editor(folder)
    except hatch_build.EditorError as error:
        pytest.skip(str(error))
    with serving(Book(RIVERS, cache=False), Settings(editor=folder)) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_editor_completes_terms(browser: Browser, rivers_site: str, scheme: str) -> None:
    """A class of the book is completed with its prefix, and the query is asked by the form."""
    with visiting(browser, rivers_site, dark=scheme == "dark") as visit:
        visit.open("/editor/?query=SELECT+*+WHERE+{+?river+a+")
        visit.page.wait_for_selector(".yasqe .CodeMirror")
        visit.page.click(".CodeMirror-lines")
        visit.page.keyboard.press("Control+End")
        visit.page.keyboard.type("def:Ri")
        visit.page.click(".CodeMirror-hint:has-text('River')")
        visit.page.wait_for_function(f"{VALUE}.endsWith('def:River')")
        visit.page.keyboard.press("Control+End")
        visit.page.keyboard.type(" } LIMIT 3")
        visit.page.keyboard.press("Escape")
        visit.page.wait_for_function(f"{VALUE}.endsWith('def:River }} LIMIT 3')")
        visit.page.click("h1")  # no list of completions stands open any more
        visit.page.wait_for_selector(".CodeMirror-hints", state="detached")
        barriers = find_barriers(visit.page)
        visit.page.click("main button:has-text('Ask')")
        visit.page.wait_for_selector("main table")
        asked = visit.page.input_value("#query")

    assert "def:River" in asked
    assert barriers == []
    assert visit.faults == []
