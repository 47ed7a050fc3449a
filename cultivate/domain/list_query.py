"""The address of a list in one spelling, so that two lists that ask the same are the same text.

A saved view keeps this text; whether a list still is its view is a comparison of two of them. What only says
where in the list one is (page) or which view was opened is no part of the question.
"""

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

#: every parameter of a list that is part of what it asks, in the order in which it is written
PARAMETERS = (
    "q",
    "unit",
    "track",
    "stage",
    "in_charge",
    "adrift",
    "stalled",
    "days",
    "unserved",
    "ends",
    "tag",
    "field",
    "no_code",
    "established_from",
    "established_until",
    "updated_since",
    "batch",
    "figures",
    "no_figures",
    "as_of",
    "known_at",
    "sort",
    "cols",
    "view",
)
COLUMNS = "cols"
#: the list as something else than a table; a number under the same name says which saved view was opened
SHAPE, BOARD = "view", "board"
LONGEST = 1000


def canonical(pairs: Iterable[tuple[str, str]]) -> str:
    """The query string that asks the same: known parameters, each once, none empty."""
    said: dict[str, str] = {}
    for name, value in pairs:
        if name == SHAPE and value != BOARD:
            continue
        if name == COLUMNS and said.get(name):
            said[name] += f",{value.strip()}"  # a form sends each column by itself
        else:
            said.setdefault(name, value.strip())
    return urlencode([(name, said[name]) for name in PARAMETERS if said.get(name)])


def of_text(query: str) -> str:
    """The same of a query string."""
    return canonical(parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=100))
