"""The eight fields of 国家重点支持的高新技术领域, from ``packs/fields.csv``."""

import csv
from functools import cache

from cultivate.paths import packs_dir


@cache
def names() -> tuple[str, ...]:
    """The fields' names, in the order of the list."""
    with (packs_dir() / "fields.csv").open(encoding="utf-8-sig", newline="") as file:
        return tuple(dict.fromkeys(row["field"] for row in csv.DictReader(file)))
