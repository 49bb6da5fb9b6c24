"""Compare factbook with other programs on books of any size that are like the bundled one.

A command, not a test: `python tests/benchmarks/run.py --help`. Each program is run as a whole and
in turn with factbook, and ratios are medians of such pairs. Other programs are installed by whoever
runs it, here or in an environment that `--others` names; a missing one is passed over with a word.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import pyoxigraph  # noqa: E402 - see above
from tests.benchmarks.marketbook import make_book  # noqa: E402
from tests.benchmarks.measure import Run, in_a_row, machine, ratio, run  # noqa: E402
from tests.benchmarks.peers import Files, Peer, oxigraph_query, peers  # noqa: E402
from tests.benchmarks.report import Measured, growth, line  # noqa: E402
from tests.benchmarks.versions import versions  # noqa: E402

from factbook.api import Book  # noqa: E402
from factbook.query.run_query import bind_stored  # noqa: E402
from factbook.store.cache_folder import list_snapshots  # noqa: E402
from factbook.store.embedded import dataset  # noqa: E402
from factbook.store.snapshot import open_snapshot  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from factbook.query.stored_queries import StoredQuery

QUESTIONS = Path(__file__).parent / "questions.toml"
BUNDLED = 0
_COMPARED = ("valuations", "valuation-history", "accelerator", "revenue")
_UNASKED = {"wikidata-compare"}  # asks an endpoint
_MOST_CHECKED = 100_000
_FLOORS = (
    ("help", ["--help"], "click"),
    ("query valuations", ["query", "valuations"], "click, pyoxigraph"),
)


def main() -> None:
    """Run the comparison and print a table; `--json` keeps the figures."""
    wanted = options(__doc__ or "").parse_args()

    measured: list[Measured] = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as temporary:
        for size in wanted.sizes:
            for row in Size(wanted.folder or Path(temporary), size, wanted).rows():
                measured.append(row)
                say(line(row))
    for text in growth(measured):
        say(text)
    keep(wanted, measured)


def keep(wanted: argparse.Namespace, measured: Sequence[Measured]) -> None:
    """Write the figures down, with the machine and the versions, where `--json` says so."""
    if wanted.json:
        document = {
            "machine": machine(),
            "versions": {"pyoxigraph": pyoxigraph.__version__, **versions(wanted.others)},
            "repeat": wanted.repeat,
            "measured": [asdict(row) for row in measured],
        }
        wanted.json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def options(description: str) -> argparse.ArgumentParser:
    """Return what the commands that measure books understand."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument(
        "--sizes",
        type=lambda text: [int(float(each)) for each in text.split(",")],
        default=[10_000, 100_000, 1_000_000],
        help="triples, as in 1e4,1e6; 0 is the bundled book [default: 1e4,1e5,1e6]",
    )
    parser.add_argument("--repeat", type=int, default=5, help="pairs of runs [default: 5]")
    parser.add_argument("--engines", nargs="+", help="only these other programs, by name")
    parser.add_argument("--queries", nargs="+", help="only these stored queries")
    parser.add_argument("--others", default=sys.executable, help="Python with the other libraries")
    parser.add_argument("--virtuoso", metavar="ADDRESS", help="an endpoint that holds the data")
    parser.add_argument("--folder", type=Path, help="where the books are made, and stay")
    parser.add_argument("--keep", action="store_true", help="use an index that is in --folder")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one run")
    parser.add_argument("--json", type=Path, help="file for the figures")
    return parser


class Size:
    """One book, and everything that is measured with it."""

    def __init__(self, folder: Path, size: int, wanted: argparse.Namespace) -> None:
        self.size = size
        self.wanted = wanted
        self.folder = folder / f"market-{size}"
        if not self.folder.exists() and size != BUNDLED:
            make_book(self.folder, size)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cache = self.folder / "cache"
        data = [] if size == BUNDLED else [self.folder / "market.nq"]
        self.book = Book(None if size == BUNDLED else self.folder, data=data)
        self.paths = self.book.paths()
        self.call = [str(Path(sys.executable).parent / "factbook")]
        if size != BUNDLED:
            self.call += ["--book", str(self.folder), "--data", str(data[0])]

    def rows(self) -> Iterator[Measured]:
        """Measure everything."""
        yield from self.loading()
        if self.size == BUNDLED:
            for task, arguments, imports in _FLOORS:
                command = [sys.executable, "-c", f"import {imports}"]
                yield from self.paired(task, arguments, f"Python importing {imports}", command)
        yield self.alone("reopen", ["sparql", "ASK {}"])
        yield self.alone("export as N-Triples", ["export", "-f", "nt"])
        if self.size <= _MOST_CHECKED:
            yield self.alone("check", ["check", "-f", "json"], repeat=1)
        place = str(list_snapshots(self.cache)[0].path / "store")
        oxigraph = next(peer for peer in self._peers() if peer.name.startswith("oxigraph"))
        for query in self.queries():
            name, text = query.name, self._text(query)
            if oxigraph.missing() or query.asks_leads:  # they are in another store
                yield self.alone(f"query {name}", self.asking(query))
                continue
            command = oxigraph_query(oxigraph.commands(self._files(text))[1][0], place, text)
            yield from self.paired(
                f"query {name}", self.asking(query), "oxigraph, same store", command
            )
        yield from self.compared()

    def loading(self) -> Iterator[Measured]:
        """Measure how an index is made, and how the oxigraph program makes one of the same."""
        if self.wanted.keep and list_snapshots(self.cache):
            return
        subprocess.run(["rm", "-rf", str(self.cache)], check=True)
        ours = self.run([*self.call, "sparql", "ASK {}"])
        peer = next(peer for peer in self._peers() if peer.name.startswith("oxigraph"))
        if peer.missing() or self.size > peer.most:
            yield Measured(self.size, "load", *_middle([ours]), said=ours.error)
            return
        files = self._files(None)
        self._write(files)
        theirs = in_a_row(peer.commands(files)[:1], timeout=self.wanted.timeout)
        yield self._pair("load", [ours], "oxigraph load", [theirs])

    def alone(self, task: str, arguments: Sequence[str], *, repeat: int | None = None) -> Measured:
        """Measure a task that nobody else is asked to do."""
        runs = [self.run([*self.call, *arguments]) for _ in range(repeat or self.wanted.repeat)]
        said = runs[0].error if runs[0].error != "failed" else ""
        return Measured(self.size, task, *_middle(runs), said=said)

    def paired(
        self, task: str, arguments: Sequence[str], other: str, command: Sequence[str]
    ) -> Iterator[Measured]:
        """Measure a task in turn with another program's."""
        ours, theirs = [], []
        for _ in range(self.wanted.repeat):
            ours.append(self.run([*self.call, *arguments]))
            theirs.append(run(command, timeout=self.wanted.timeout))
        yield self._pair(task, ours, other, theirs)

    def compared(self) -> Iterator[Measured]:
        """Measure some queries against programs that read the file each time."""
        for peer in self._peers():
            if self.wanted.engines and peer.name not in self.wanted.engines:
                continue
            why = peer.missing() or (f"not asked beyond {peer.most:,}" * (self.size > peer.most))
            if why:
                yield Measured(self.size, "queries", None, other=peer.name, said=why)
                continue
            self._write(self._files(None))
            for query in (each for each in self.queries() if each.name in _COMPARED):
                yield self._against(peer.name, peer.commands(self._files(self._text(query))), query)

    def _against(
        self, name: str, commands: Sequence[Sequence[str]], query: StoredQuery
    ) -> Measured:
        ours, theirs = [], []
        repeat = self.wanted.repeat if self.size <= 100_000 else 1
        try:
            for _ in range(repeat):
                ours.append(self.run([*self.call, *self.asking(query)]))
                theirs.append(in_a_row(commands, timeout=self.wanted.timeout))
        except subprocess.TimeoutExpired as late:
            said = f"not finished in {late.timeout:g} s"
            return Measured(self.size, f"query {query.name}", *_middle(ours), other=name, said=said)
        return self._pair(f"query {query.name}", ours, name, theirs)

    def _pair(self, task: str, ours: list[Run], other: str, theirs: list[Run]) -> Measured:
        said = ours[0].error or theirs[0].error
        row = Measured(self.size, task, *_middle(ours), other=other, said=said)
        if said:
            return row
        return replace(
            row,
            ratio=ratio([r.seconds for r in ours], [r.seconds for r in theirs]),
            work_ratio=ratio([r.work for r in ours], [r.work for r in theirs]),
        )

    def run(self, command: Sequence[str]) -> Run:
        """Run factbook with its snapshot."""
        return run(command, timeout=self.wanted.timeout, cache=self.cache)

    def _peers(self) -> list[Peer]:
        return peers(self.wanted.others, self.wanted.virtuoso)

    def queries(self) -> list[StoredQuery]:
        """Return the stored queries that are to be measured."""
        names = self.wanted.queries
        return [
            query
            for query in self.book.queries()
            if query.name not in _UNASKED and (not names or query.name in names)
        ]

    def asking(self, query: StoredQuery) -> list[str]:
        """Return the words that ask a query."""
        given = _questions().get(query.name, {})
        words = ["query", query.name, *(f"--{name}={value}" for name, value in given.items())]
        return words if query.form == "SELECT" else [*words, "-f", "nt"]  # as the others write it

    def _text(self, query: StoredQuery) -> Path:
        """Write down a query with its parameters filled in."""
        file = self.folder / "queries-filled-in" / f"{query.name}.rq"
        file.parent.mkdir(exist_ok=True)
        store = open_snapshot(self.paths, self.cache, announce=lambda _: None).store
        del store
        values = _questions().get(query.name, {})
        file.write_text(bind_stored(query, values, self.book)[1][0].text)
        return file

    def _files(self, query: Path | None) -> Files:
        names = ("graphs.nq", "dataset.nq", "merge.nt")
        graphs, both, merge = (self.folder / name for name in names)
        return Files(graphs, both, merge, query or QUESTIONS, self.folder)

    def _write(self, files: Files) -> None:
        """Write the graph in the forms that other programs take."""
        if files.merge.exists():
            return
        forms = pyoxigraph.RdfFormat
        pyoxigraph.serialize(dataset(self.book.read()), files.dataset, forms.N_QUADS)
        named = (quad for file in self.book.read() for quad in file.named_quads())
        pyoxigraph.serialize(named, files.graphs, forms.N_QUADS)
        triples = (quad.triple for file in self.book.read() for quad in file.quads)
        pyoxigraph.serialize(triples, files.merge, forms.N_TRIPLES)


def _questions() -> dict[str, dict[str, str]]:
    return tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))


def _middle(runs: Sequence[Run]) -> tuple[float, float, int]:
    return (
        median(each.seconds for each in runs),
        median(each.work for each in runs),
        max(each.peak_mib for each in runs),
    )


def say(text: str) -> None:
    """Show a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
