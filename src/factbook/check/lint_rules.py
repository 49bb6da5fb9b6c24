"""The rules for stored queries: faults that no engine complains about."""

from __future__ import annotations

from factbook.check.findings import ERROR, WARNING, Rule

KIND = "lint"


def _rule(name: str, summary: str, cure: str, problem: str, severity: str = ERROR) -> Rule:
    return Rule(name, severity, summary, cure, KIND, problem=problem)


SYNTAX = _rule(
    "query-syntax",
    "A query is SPARQL 1.1 with front matter that can be read.",
    "Mend what the message names.",
    "No engine can run the query, or its front matter says something that it does not do.",
)
OPTIONAL = _rule(
    "query-optional-parameter",
    "An optional parameter stands only in a triple pattern or inside COALESCE.",
    "Use it in a triple pattern outside MINUS and EXISTS, or as COALESCE(?__name, …).",
    "When the parameter is left out, its variable is unbound: a FILTER then drops every row, and "
    "MINUS or NOT EXISTS matches anything, so that the answer is silently wrong.",
)
PLACE = _rule(
    "query-parameter-place",
    "A parameter is neither a column nor something to bind, group or sort by.",
    "Bind the parameter's value to a variable of its own in the pattern, and use that.",
    "A value takes the place of the variable, and the query is then no SPARQL any more.",
)
TERM = _rule(
    "query-unknown-term",
    "A query uses terms that the graph or a standard vocabulary has.",
    "Correct the name, or define the term.",
    "The graph has nothing of that name, so that the pattern matches nothing: most likely a slip.",
)
ORDER = _rule(
    "query-order",
    "The rows of a query have an order.",
    "End the query with ORDER BY.",
    "Two engines, or one engine on two days, give the same rows in another order.",
)
TIES = _rule(
    "query-ties",
    "The order of a query is total: no two rows share a place.",
    "Add the columns to ORDER BY that tell the rows apart.",
    "Rows that are equal in all that the query is sorted by come in any order.",
)
LIMIT = _rule(
    "query-limit",
    "What is cut off is sorted first.",
    "Add ORDER BY before LIMIT and OFFSET.",
    "Without an order it is left to chance which rows remain.",
)
COLUMNS = _rule(
    "query-columns",
    "The front matter describes the columns that the query gives, in their order.",
    "Bring `columns` in the front matter and the variables after SELECT together.",
    "Help, pages and typed rows are made from the front matter, and would promise other columns.",
)
PREFIX = _rule(
    "query-unused-prefix",
    "A query declares the prefixes that it uses.",
    "Remove the PREFIX line.",
    "It says that the query is about something that it does not touch.",
    WARNING,
)
DOC = _rule(
    "query-undescribed",
    "A query says what it answers, and what each of its parameters is.",
    "Add `summary`, and `doc` for each entry of `params`, to the front matter.",
    "The query's help has nothing to tell.",
)
PRODUCT = _rule(
    "query-product",
    "What a query puts side by side is joined by a variable.",
    "Join the parts by a variable that both have, or ask two queries.",
    "Each row of the one part meets every row of the other: a graph of ten times the size takes a "
    "hundred times as long.",
)
PATH = _rule(
    "query-open-path",
    "A path that repeats a step begins or ends at something that is known.",
    "Say what one end of the path is: its class, or a property that it has.",
    "With both ends free the path is followed from everything in the graph to everything else.",
)
UNSURE = _rule(
    "query-unsure-join",
    "A computed value that joins a pattern is there in every row.",
    "Give it a last resort: BIND(COALESCE(…, ex:nothing) AS ?x).",
    "A computation that may fail leaves its variable without a value, and then the row meets every "
    "match of the pattern. An engine that has to reckon with it compares each row with each match: "
    "a graph of ten times the size takes a hundred times as long.",
)
RULES = (
    *(COLUMNS, DOC, LIMIT, OPTIONAL, ORDER, PATH, PLACE, PREFIX, PRODUCT, SYNTAX, TERM, TIES),
    UNSURE,
)
