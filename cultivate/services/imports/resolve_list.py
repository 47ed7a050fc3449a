"""What becomes of each line of an official list, given the register as it stands now.

By code, else by exact name, present or former. Near names go to a person, and what a person decided once is
remembered for the name and track, so that the same list asks nobody twice. Certain matches need no memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cultivate.domain import firm_names
from cultivate.domain.matching import NameIndex, match_list_row
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.services.imports import leads
from cultivate.services.imports.check import CheckedEntry, Entry
from cultivate.services.imports.verdict import (
    CREATE,
    LEAD,
    MATCHED,
    NEW,
    NOT_OURS,
    OURS,
    TO_DECIDE,
    UNMATCHED,
    InputRow,
    Verdict,
    kept,
    rejected,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said of a name."""

    decision: str
    firm_id: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A firm that we did not know, to be registered; certified as well, or a mere lead."""

    newcomer: leads.Newcomer
    entry: Entry
    certify: bool


class ListResolver:
    """Goes through a list in order; a line knows which firms the lines before it have taken."""

    def __init__(
        self,
        index: Callable[[], NameIndex],
        remembered: Mapping[str, Decision],
        holders: Mapping[str, int],
        streets: Mapping[str, int],
    ) -> None:
        """``remembered`` by normalised name; ``holders``: whose certificate numbers are recorded already.

        ``index`` is asked for only when a line needs it: a line on which a person has spoken does not.
        """
        self._index = index
        self._remembered = remembered
        self._holders = holders
        self._streets = streets
        self._taken: dict[int, int] = {}
        self._newcomers: dict[object, int] = {}

    def verdict(self, row: InputRow, checked: CheckedEntry) -> Verdict:
        """The outcome of the next line."""
        if checked.problems:
            return rejected(row.number, checked.problems)
        verdict = self._own(row, checked) or self._found(row, checked)
        verdict.problems += [kept(warning, warning=True) for warning in checked.warnings]
        return verdict

    def _own(self, row: InputRow, checked: CheckedEntry) -> Verdict | None:
        """What the person said of this very line, that the firm is ours or not."""
        decided = usable(row.decision, row.firm_id)
        if decided is None:
            return None
        if decided.firm_id is None:
            return Verdict(row.number, UNMATCHED)
        return self._matched(row.number, decided.firm_id, checked)

    def _found(self, row: InputRow, checked: CheckedEntry) -> Verdict:
        entry = checked.entry
        match = match_list_row(entry.uscc, entry.name or None, self._index())
        if match.firm_id is not None:
            return self._matched(row.number, match.firm_id, checked)
        if row.decision in {NEW, LEAD}:
            return self._unknown(row, entry)
        decided = self._remembered.get(firm_names.normalise(entry.name)) if entry.name else None
        if decided is not None and decided.decision == OURS and decided.firm_id is not None:
            return self._matched(row.number, decided.firm_id, checked)
        if match.to_decide and decided is None:
            likely = [{"firm_id": candidate} for candidate in match.firm_ids]
            return Verdict(row.number, TO_DECIDE, changes=likely)
        return Verdict(row.number, UNMATCHED)

    def _unknown(self, row: InputRow, entry: Entry) -> Verdict:
        """A firm that a person says is ours though the register did not know it."""
        newcomer = leads.Newcomer(row.number, entry.name, entry.uscc, row.given.get("street") or None)
        problem = leads.problem_of(newcomer, self._streets)
        if problem is not None:
            return rejected(row.number, [problem])
        earlier = self._newcomers.setdefault(leads.key_of(newcomer), row.number)
        if earlier != row.number:
            problem = Problem("duplicate-row", N_("The same firm as row %(row)s."), {"row": earlier})
            return rejected(row.number, [problem])
        return Verdict(row.number, CREATE, content=Unknown(newcomer, entry, row.decision == NEW))

    def _matched(self, number: int, firm_id: int, checked: CheckedEntry) -> Verdict:
        earlier = self._taken.setdefault(firm_id, number)
        if earlier != number:
            problem = Problem("duplicate-row", N_("The same firm as row %(row)s."), {"row": earlier})
            return rejected(number, [problem])
        verdict = Verdict(number, MATCHED, firm_id, content=checked.entry)
        if self._holders.get(checked.entry.number, firm_id) != firm_id:
            message = N_("This certificate number is recorded for another firm.")
            odd = Problem("number-taken", message, field="certificate_number")
            verdict.problems.append(kept(odd, warning=True))
        return verdict


def resolve(
    resolver: ListResolver, rows: Sequence[InputRow], checked: Sequence[CheckedEntry]
) -> list[Verdict]:
    """All lines, in the order of the list."""
    return [resolver.verdict(row, entry) for row, entry in zip(rows, checked, strict=True)]


def usable(decision: str | None, firm_id: int | None) -> Decision | None:
    """A kept decision, if it still says something: ``ours`` needs its firm."""
    if decision == NOT_OURS or (decision == OURS and firm_id is not None):
        return Decision(decision, firm_id)
    return None
