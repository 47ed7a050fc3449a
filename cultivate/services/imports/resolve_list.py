"""What becomes of each line of an official list, given the register as it stands now.

By code, else by exact name, present or former. Near names go to a person, and what a person decided once is
remembered for the name and track, so that the same list asks nobody twice. Certain matches need no memory.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cultivate.domain import firm_names
from cultivate.domain.matching import NameIndex, match_list_row
from cultivate.domain.values import Problem
from cultivate.errors import N_
from cultivate.services.imports.check import CheckedEntry, Entry
from cultivate.services.imports.verdict import (
    MATCHED,
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


class ListResolver:
    """Goes through a list in order; a line knows which firms the lines before it have taken."""

    def __init__(
        self, index: NameIndex, remembered: Mapping[str, Decision], holders: Mapping[str, int]
    ) -> None:
        """``remembered`` by normalised name; ``holders``: whose certificate numbers are recorded already."""
        self._index = index
        self._remembered = remembered
        self._holders = holders
        self._taken: dict[int, int] = {}

    def verdict(self, row: InputRow, checked: CheckedEntry) -> Verdict:
        """The outcome of the next line."""
        if checked.problems:
            return rejected(row.number, checked.problems)
        entry = checked.entry
        match = match_list_row(entry.uscc, entry.name or None, self._index)
        firm_id = match.firm_id
        decided = None if firm_id is not None else self._decision(row, entry)
        if decided is not None:
            firm_id = decided.firm_id if decided.decision == OURS else None
        if firm_id is not None:
            verdict = self._matched(row.number, firm_id, checked)
        elif match.to_decide and decided is None:
            verdict = Verdict(
                row.number, TO_DECIDE, changes=[{"firm_id": candidate} for candidate in match.firm_ids]
            )
        else:
            verdict = Verdict(row.number, UNMATCHED)
        verdict.problems += [kept(warning, warning=True) for warning in checked.warnings]
        return verdict

    def _decision(self, row: InputRow, entry: Entry) -> Decision | None:
        """This line's own decision, else the one remembered for its name."""
        if row.decision is not None:
            return Decision(row.decision, row.firm_id)
        return self._remembered.get(firm_names.normalise(entry.name)) if entry.name else None

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
