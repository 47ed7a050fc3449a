"""Sharing a person's firms out over those who take them on."""

from collections import Counter
from collections.abc import Mapping, Sequence


def share(able: Mapping[int, Sequence[int]]) -> dict[int, int]:
    """To each firm one of the people who can act on it, as evenly as that allows: firm -> person.

    ``able`` names them for each firm, in the order in which the firms are dealt out; a firm with nobody is left
    out. Who has fewest so far takes the next, the one named first among equals. Firms that few people can take go
    first, else the many would already have filled those few.
    """
    taken: Counter[int] = Counter()
    found: dict[int, int] = {}
    for firm in sorted((firm for firm, people in able.items() if people), key=lambda firm: len(able[firm])):
        person = min(able[firm], key=lambda each: taken[each])
        taken[person] += 1
        found[firm] = person
    return found
