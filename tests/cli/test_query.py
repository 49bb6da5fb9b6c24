"""`factbook query` runs stored queries in every format and explains what they take."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.cli.conftest import BOOK
from tests.core_book import core_book

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

EX = "https://example.org"
XSD = "http://www.w3.org/2001/XMLSchema#"
UNIT = "http://qudt.org/vocab/unit/KiloM"

LENGTHS = {
    "tsv": (
        "?river\t?length\t?unit\t?date\n"
        f'<{EX}/river/danube>\t2850\t<{UNIT}>\t"2020-05-01"^^<{XSD}date>\n'
        f'<{EX}/river/inn>\t518.5\t<{UNIT}>\t"2021-05-01"^^<{XSD}date>\n'
    ),
    "csv": (
        "river,length,unit,date\r\n"
        f"{EX}/river/danube,2850,{UNIT},2020-05-01\r\n"
        f"{EX}/river/inn,518.5,{UNIT},2021-05-01\r\n"
    ),
    "table": (
        "river     length  date\n"
        "──────  ────────  ──────────\n"
        "Danube  2,850 km  2020-05-01\n"
        "Inn     518.5 km  2021-05-01\n"
    ),
    "md": (
        "| river | length | date |\n"
        "| --- | ---: | --- |\n"
        "| Danube | 2,850 km | 2020-05-01 |\n"
        "| Inn | 518.5 km | 2021-05-01 |\n"
    ),
    "json": (
        '{"head":{"vars":["river","length","unit","date"]},"results":{"bindings":['
        f'{{"river":{{"type":"uri","value":"{EX}/river/danube"}},'
        f'"length":{{"type":"literal","value":"2850","datatype":"{XSD}integer"}},'
        f'"unit":{{"type":"uri","value":"{UNIT}"}},'
        f'"date":{{"type":"literal","value":"2020-05-01","datatype":"{XSD}date"}}}},'
        f'{{"river":{{"type":"uri","value":"{EX}/river/inn"}},'
        f'"length":{{"type":"literal","value":"518.5","datatype":"{XSD}decimal"}},'
        f'"unit":{{"type":"uri","value":"{UNIT}"}},'
        f'"date":{{"type":"literal","value":"2021-05-01","datatype":"{XSD}date"}}}}]}}}}'
    ),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_query_writes_rows_in_every_format(run: Run, name: str) -> None:
    """An answer is the same to the letter each time, whatever the format."""
    result = run("query", "lengths", "-f", name)

    assert result.stderr == ""
    assert result.exit_code == 0
    assert result.stdout_bytes.decode() == LENGTHS[name]


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("xml", '<variable name="river"/>'),
        ("html", "<td>Danube</td><td class=n>2,850 km</td><td class=d>2020-05-01</td>"),
    ],
)
def test_query_writes_rows_as_markup(run: Run, name: str, part: str) -> None:
    """XML and HTML hold the rows too."""
    result = run("query", "lengths", "-f", name)

    assert result.exit_code == 0
    assert part in result.stdout


def test_query_writes_tsv_on_a_pipe(run: Run) -> None:
    """Without a format an answer on a pipe is TSV with a header."""
    assert run("query", "lengths").stdout == LENGTHS["tsv"]


@pytest.mark.parametrize(
    ("ending", "name"), [(".csv", "csv"), (".json", "json"), (".md", "md"), (".txt", "table")]
)
def test_file_ending_chooses_the_format(run: Run, tmp_path: Path, ending: str, name: str) -> None:
    """The ending of the output file chooses the format, and nothing goes to stdout."""
    target = tmp_path / f"out{ending}"

    result = run("query", "lengths", "-o", str(target))

    assert result.stdout == ""
    assert target.read_bytes().decode() == LENGTHS[name]


def test_gz_ending_packs_the_file(run: Run, tmp_path: Path) -> None:
    """A name that ends in .gz gives a packed file of the format before it."""
    import gzip

    target = tmp_path / "out.csv.gz"

    run("query", "lengths", "-o", str(target))

    assert gzip.decompress(target.read_bytes()).decode() == LENGTHS["csv"]


@pytest.mark.parametrize(
    "country", ["Austria", "austria", "country:austria", f"{EX}/country/austria"]
)
def test_parameter_takes_any_name_of_a_thing(run: Run, country: str) -> None:
    """A thing is given by name, by the end of its IRI, by CURIE or by IRI."""
    result = run("query", "rivers", "--country", country, "-f", "csv")

    assert result.stdout.splitlines()[1:] == [
        f"{EX}/river/danube,{EX}/country/austria",
        f"{EX}/river/danube,{EX}/country/germany",
    ]


def test_parameter_takes_a_date(run: Run) -> None:
    """A date is compared as a date."""
    result = run("query", "lengths", "--since", "2021-01-01", "-f", "csv")

    assert result.stdout.count("\n") == 2


@pytest.mark.parametrize(("name", "words"), [("tsv", "true\n"), ("table", "yes\n")])
def test_ask_query_prints_one_word(run: Run, name: str, words: str) -> None:
    """ASK is answered with one word."""
    result = run("query", "joined", "--one", "Danube", "--other", "Rhine", "-f", name)

    assert result.stdout == words


def test_construct_query_writes_turtle(run: Run) -> None:
    """CONSTRUCT gives Turtle with only the prefixes that it uses."""
    result = run("query", "river-graph", "--river", "Inn")

    assert result.stdout == (
        "@prefix def: <https://example.org/def#> .\n"
        "@prefix river: <https://example.org/river/> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        'river:inn a def:River ;\n\tschema:name "Inn"@en .\n'
    )


def test_leads_option_marks_rows(run: Run) -> None:
    """With --leads, a column marks the rows that need a lead."""
    result = run("--leads", "query", "rivers", "-f", "csv")

    assert result.stdout.splitlines()[0] == "river,country,lead"
    assert f"{EX}/river/inn,{EX}/country/austria,true" in result.stdout
    assert f"{EX}/river/rhine,{EX}/country/germany,false" in result.stdout


def test_query_help_comes_from_front_matter(run: Run) -> None:
    """The help of a query shows its front matter."""
    result = run("query", "lengths", "--help")

    assert result.exit_code == 0
    assert "How long rivers are." in result.stdout
    assert "--since DATE" in result.stdout
    assert "Measured on this day or later." in result.stdout
    assert "factbook query lengths" in result.stdout
    assert "length  (decimal, in unit)" in result.stdout


def test_query_help_lists_queries_by_group(run: Run) -> None:
    """The help of the command lists the queries by group."""
    result = run("query", "--help")

    assert "Rivers:\n  joined" in result.stdout


@pytest.mark.parametrize("name", ["rivers", "lengths", "river"])
def test_endpoint_gives_the_same_rows(run: Run, endpoint: str, name: str) -> None:
    """A stored query gives the same from an endpoint as from the files."""
    values = ["--river", "Danube"] if name == "river" else []

    here = run("query", name, *values, "-f", "json")
    there = run("--endpoint", endpoint, "query", name, *values, "-f", "json")

    assert there.stderr == ""
    assert there.stdout == here.stdout


def test_endpoint_gives_triples(run: Run, endpoint: str) -> None:
    """CONSTRUCT works at an endpoint too."""
    there = run("--endpoint", endpoint, "query", "river-graph", "--river", "Inn")

    assert there.stdout == run("query", "river-graph", "--river", "Inn").stdout


def test_wide_option_shows_details(run: Run, tmp_path: Path) -> None:
    """A table leaves details out unless it is asked for them; other formats have them anyway."""
    book = shutil.copytree(BOOK, tmp_path / "book")
    query = book / "queries" / "rivers" / "lengths.rq"
    text = query.read_text(encoding="utf-8")
    query.write_text(text.replace("{type: date}", "{type: date, detail: true}"), encoding="utf-8")

    narrow, wide, rows = (
        run("query", "lengths", *options, book=book)
        for options in (["-f", "table"], ["-f", "table", "--wide"], ["-f", "csv"])
    )

    assert narrow.stdout.splitlines()[0].split() == ["river", "length"]
    assert wide.stdout == LENGTHS["table"]
    assert rows.stdout_bytes.decode() == LENGTHS["csv"]
    assert "--wide" not in run("query", "lengths", "--help").stdout


def test_query_is_narrowed_by_options(run: Run) -> None:
    """Conditions, order, limit and columns apply to tables and to formats for programs."""
    table = run("query", "lengths", "--sort", "length", "--columns", "date,length", "-f", "table")
    rows = run(
        "query", "lengths", "--where", "length > 1000", "--columns", "river,length", "-f", "csv"
    )

    assert table.stdout == (
        "date          length\n──────────  ────────\n2021-05-01  518.5 km\n2020-05-01  2,850 km\n"
    )
    assert rows.stdout.splitlines() == ["river,length", f"{EX}/river/danube,2850"]


def test_parameter_of_the_query_takes_the_place_of_an_option(run: Run) -> None:
    """`lengths` has its own --since, and gets --until beside it."""
    assert run("query", "lengths", "--since", "2021-01-01", "-f", "csv").stdout.count("\n") == 2
    assert run("query", "lengths", "--until", "2020-12-31", "-f", "csv").stdout.count("\n") == 2


@pytest.mark.parametrize("option", ["--where", "--sort", "--columns"])
def test_unknown_column_is_named_with_what_is_near(run: Run, option: str) -> None:
    """A wrong column is wrong usage."""
    result = run("query", "lengths", option, "lenght = 3" if option == "--where" else "lenght")

    assert result.exit_code == 2
    assert result.stderr.count("\n") == 1
    assert "no column 'lenght'. Did you mean 'length'" in result.stderr


def test_labels_stand_beside_iris(run: Run) -> None:
    """A column of things gets one with their names; other columns stay alone."""
    stored = run("query", "lengths", "--labels", "-f", "csv").stdout.splitlines()
    own = run(
        "sparql",
        "SELECT ?r { ?r a <https://example.org/def#River> } ORDER BY ?r",
        "--labels",
        "-f",
        "csv",
    )

    assert stored[0] == "river,riverLabel,length,unit,unitLabel,date"
    assert stored[1] == f"{EX}/river/danube,Danube,2850,{UNIT},km,2020-05-01"
    assert own.stdout.splitlines()[1] == f"{EX}/river/danube,Danube"


FORMULA = "SELECT ('=1+1' AS ?text) (-5 AS ?number) {}"


def test_csv_safe_option_defuses_formulas(run: Run) -> None:
    """Only with the option is a text changed, and numbers never are."""
    plain = run("sparql", FORMULA, "-f", "csv")
    safe = run("sparql", FORMULA, "-f", "csv", "--csv-safe")

    assert plain.stdout.splitlines()[1] == "=1+1,-5"
    assert safe.stdout.splitlines()[1] == "'=1+1,-5"
    assert plain.stderr == safe.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
@pytest.mark.parametrize(("options", "warns"), [((), True), (("--csv-safe",), False)])
def test_person_is_warned_of_formulas_in_a_file(
    program: list[str], tmp_path: Path, options: tuple[str, ...], *, warns: bool
) -> None:
    """A person at a terminal reads that the file has formulas."""
    import pty

    terminal, other = pty.openpty()
    words = [*program, "sparql", FORMULA, "-o", str(tmp_path / "x.csv"), *options]
    subprocess.run(words, check=True, stderr=other)
    os.write(other, b".")  # so that there is something to read

    assert (b"1 cell as formulas; --csv-safe" in os.read(terminal, 1000)) is warns


def test_query_with_a_pivot_puts_years_across(run: Run, tmp_path: Path) -> None:
    """Tables for people are pivot tables by default, machine formats only with --pivot."""
    book = shutil.copytree(BOOK, tmp_path / "book")
    query = book / "queries" / "rivers" / "lengths.rq"
    pivot = "#+ pivot: {rows: river, columns: date, by: year, cells: length}"
    query.write_text(f"{pivot}\n{query.read_text(encoding='utf-8')}", encoding="utf-8")

    table = run("query", "lengths", "-f", "table", book=book).stdout
    long = run("query", "lengths", "-f", "md", "--no-pivot", book=book).stdout
    asked = run("query", "lengths", "-f", "csv", "--pivot", book=book).stdout

    assert table.splitlines()[0].split() == ["river", "2020", "2021"]
    assert table.splitlines()[2] == "Danube  2,850 km"
    assert long == LENGTHS["md"]
    assert run("query", "lengths", "-f", "tsv", book=book).stdout == LENGTHS["tsv"]
    assert asked.splitlines()[:2] == [
        "river,unit,2020,2021",
        f"{EX}/river/danube,{UNIT},2850,",
    ]


def test_pivot_over_an_unknown_column_is_an_error(run: Run, tmp_path: Path) -> None:
    """The message names the file and the column."""
    book = shutil.copytree(BOOK, tmp_path / "book")
    query = book / "queries" / "rivers" / "lengths.rq"
    pivot = "#+ pivot: {rows: river, columns: day, cells: length}"
    query.write_text(f"{pivot}\n{query.read_text(encoding='utf-8')}", encoding="utf-8")

    result = run("query", "lengths", book=book)

    assert result.exit_code == 3
    assert "pivot: there is no column 'day'" in result.stderr


def test_table_notes_comparison_across_units(run: Run, tmp_path: Path) -> None:
    """A number in metres and one in kilometres do not compare, and the table does not hide it."""
    book = shutil.copytree(BOOK, tmp_path / "book")
    source = book / "data" / "sources" / "survey" / "gauges.ttl"
    text = source.read_text(encoding="utf-8")
    source.write_text(text.replace("unit:KiloM", "unit:M", 1), encoding="utf-8")

    # Columns go by any case
    sorted_rows = run("query", "lengths", "--sort", "Length:desc", "-f", "table", book=book).stdout
    chosen_rows = run("query", "lengths", "--where", "length > 1", "-f", "md", book=book).stdout

    said = "length was compared by number alone, across units: "
    assert said in sorted_rows
    assert said in chosen_rows
    assert said not in run("query", "lengths", "--sort", "length", "-f", "table").stdout
    assert said not in run("query", "lengths", "--sort", "date", "-f", "table", book=book).stdout


@pytest.mark.parametrize("form", ["table", "csv", "vega-lite"])
def test_unknown_column_is_refused_in_every_format(run: Run, form: str) -> None:
    """A chart has columns of its own, and a misspelt name is an error all the same."""
    result = run("query", "valuations", "--columns", "compny", "-f", form, book=core_book())

    assert (result.exit_code, "Did you mean 'company'?" in result.stderr) == (2, True)
