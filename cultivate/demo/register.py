"""Writing people, firms, changes of street and candidacies, in bulk."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy import insert

from cultivate import clock
from cultivate.demo.desk import Desk
from cultivate.demo.facts import FactBook, source_of
from cultivate.demo.people import Staff, people
from cultivate.demo.world import DemoCandidacy, DemoFirm
from cultivate.domain import firm_names, search_text
from cultivate.domain.figures import split_key
from cultivate.domain.stages import OUTSIDE
from cultivate.models import (
    Candidacy,
    Firm,
    FirmFact,
    FirmFigure,
    FirmName,
    IntellectualProperty,
    Transfer,
    User,
    user_unit,
)


class Register:
    """Everything but the ledger and what hangs on it."""

    def __init__(self, desk: Desk, seed: int) -> None:
        """Facts of firms are drawn apart from the process, from the same seed."""
        self.desk = desk
        self._facts = FactBook(
            Random(f"facts-{seed}"),  # noqa: S311 repeatable, as the process is
            desk.today,
            {code: unit.name_zh for code, unit in desk.units.items()},
        )

    def write_people(self, password_hash: str) -> None:
        """Accounts; all have the demonstration's password.

        They are made on the Monday before the week's letters are due: the scheduler makes good what was missed
        since there were accounts, which is then the letters of one week and not of five years.
        """
        monday = self.desk.today - timedelta(days=self.desk.today.weekday())
        everybody = people(list(self.desk.units.values()))
        ids = self.desk.insert(
            User,
            [
                {
                    "username": person.username,
                    "display_name": person.display_name,
                    "role": str(person.role),
                    "email": person.email,
                    "active": person.active,
                    "password_hash": password_hash,
                    "created_at": clock.at(monday, time(8)),
                }
                for person in everybody
            ],
        )
        by_id = dict(zip(ids, everybody, strict=True))
        self.desk.session.execute(
            insert(user_unit),
            [
                {"user_id": user_id, "unit_id": self.desk.units[person.unit].id}
                for user_id, person in by_id.items()
                if person.unit
            ],
        )
        self.desk.staff = Staff(by_id)

    def write_firms(self) -> None:
        """Firms in the order in which the book learned of them, with figures and former names."""
        firms = sorted(self.desk.world.firms, key=lambda firm: (_known_at(firm), firm.number))
        facts = [self._facts.of(firm) for firm in firms]
        rows = [
            self._firm_row(firm, one.columns, one.former_name) for firm, one in zip(firms, facts, strict=True)
        ]
        for firm, firm_id in zip(firms, self.desk.insert(Firm, rows), strict=True):
            firm.id = firm_id
        self.desk.write(
            FirmFigure,
            [
                {
                    "firm_id": firm.id,
                    "year": year,
                    "figure": split_key(key)[0],
                    "calibre": split_key(key)[1],
                    "value": value,
                    "source": source_of(year, key),
                    "by_id": self._informed_by(firm),
                    "recorded_at": self._told_at(firm, year),
                }
                for firm, one in zip(firms, facts, strict=True)
                for year, figures in one.years.items()
                for key, value in figures.items()
            ],
        )
        self.desk.write(
            FirmFact,
            [
                {
                    "firm_id": firm.id,
                    "fact": fact,
                    "year": 0,
                    "value": value,
                    "source": "一企一策诊断",
                    "recorded_at": _known_at(firm),
                }
                for firm, one in zip(firms, facts, strict=True)
                for fact, value in one.stated.items()
            ],
        )
        self.desk.write(
            IntellectualProperty,
            [
                right
                | {
                    "firm_id": firm.id,
                    "version": 1,
                    "created_at": _known_at(firm),
                    "updated_at": _known_at(firm),
                }
                for firm, one in zip(firms, facts, strict=True)
                for right in one.rights
            ],
        )
        self.desk.write(
            FirmName,
            [
                {
                    "firm_id": firm.id,
                    "name": name,
                    "name_key": firm_names.normalise(name),
                    "until": one.renamed_on,
                }
                for firm, one in zip(firms, facts, strict=True)
                if (name := one.former_name)
            ],
        )

    def _told_at(self, firm: DemoFirm, year: int) -> datetime:
        """At the end of May, when the accounts of the year before are closed; not before the firm was known."""
        closed = min(self.desk.today - timedelta(days=1), date(year + 1, 5, 31))
        return max(clock.at(closed, time(9, 40)), _known_at(firm))

    def _informed_by(self, firm: DemoFirm) -> int:
        """Whose firm it is now: they ask it for its figures."""
        street, park = firm.spot(self.desk.today)
        return self.desk.staff.caseworker(street, park, firm.number)

    def _firm_row(self, firm: DemoFirm, columns: dict[str, Any], former: str | None) -> dict[str, Any]:
        street, park = firm.spot(self.desk.today)
        first_street, first_park = firm.spots[0][1]
        known_at = _known_at(firm)
        return columns | {
            "name_key": firm_names.normalise(columns["name"]),
            "search_text": search_text.compose(columns["name"], [former] if former else [], columns["uscc"]),
            "street_id": self.desk.units[street].id,
            "park_id": self.desk.unit_id(park),
            "created_at": known_at,
            "updated_at": known_at,
            "created_by_id": self.desk.staff.caseworker(first_street, first_park, firm.number),
        }

    def write_transfers(self) -> None:
        """Changes of street and park; their moves are in the ledger."""
        transfers = sorted(self.desk.world.transfers, key=lambda one: (one.recorded_at, one.firm.number))
        rows = [
            {
                "firm_id": one.firm.id,
                "from_street_id": self.desk.unit_id(one.source[0]),
                "from_park_id": self.desk.unit_id(one.source[1]),
                "to_street_id": self.desk.unit_id(one.target[0]),
                "to_park_id": self.desk.unit_id(one.target[1]),
                "effective_on": one.on,
                "reason": one.reason,
                "actor_id": self.desk.staff.bureau(one.firm.number),
                "recorded_at": one.recorded_at,
            }
            for one in transfers
        ]
        for one, transfer_id in zip(transfers, self.desk.insert(Transfer, rows), strict=True):
            one.id = transfer_id

    def write_candidacies(self) -> None:
        """All candidacies, still outside: the ledger's writer sets where they stand.

        By cycle: a renewal names the candidacy that it renews, which must be there before it.
        """
        for cycle in sorted({one.cycle for one in self.desk.world.candidacies}):
            chosen = [one for one in self.desk.world.candidacies if one.cycle == cycle]
            chosen.sort(key=lambda one: (one.steps[0].known_at, one.firm.number))
            rows = [self._candidacy_row(one) for one in chosen]
            for one, candidacy_id in zip(chosen, self.desk.insert(Candidacy, rows), strict=True):
                one.id = candidacy_id

    def _candidacy_row(self, candidacy: DemoCandidacy) -> dict[str, Any]:
        street, park = candidacy.firm.spot(self.desk.today)
        retry = [step.retry_year for step in candidacy.steps if step.retry_year is not None]
        return {
            "version": 0,
            "firm_id": candidacy.firm.id,
            "track": candidacy.track,
            "cycle": candidacy.cycle,
            "stage": OUTSIDE,
            "stage_since": candidacy.steps[0].on,
            "street_id": self.desk.unit_id(street),
            "park_id": self.desk.unit_id(park),
            "renews_id": candidacy.renews.id if candidacy.renews else None,
            "in_charge_id": self.desk.staff.caseworker(street, park, candidacy.firm.number),
            "retry_year": retry[-1] if retry else None,
            "created_at": candidacy.steps[0].recorded_at,
        }


def _known_at(firm: DemoFirm) -> datetime:
    first = min((one.steps[0].known_at for one in firm.candidacies), default=None)
    return clock.at(firm.known_on, time(10, 40)) if first is None else first - timedelta(minutes=2)
