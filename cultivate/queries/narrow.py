"""What both lists narrow by beside text, place and stage: marks of the firm, and of its way through a track."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from cultivate import clock
from cultivate.domain import tag_names
from cultivate.models import Candidacy, Certificate, Firm, FirmFigure, FirmTag, ServiceRecord, Tag
from cultivate.queries.attention import adrift, stalled_condition

#: in charge of it: nobody
NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Every part may be left out."""

    field: str = ""
    no_code: bool = False
    tag: str = ""
    established_from: date | None = None
    established_until: date | None = None
    updated_since: date | None = None
    batch: int | None = None
    figures: int | None = None
    """A year of which figures are known."""
    no_figures: int | None = None
    """A year of which none are."""
    in_charge: int | None = None
    """A person's id; ``NOBODY``."""
    adrift: bool = False
    """Only those whose person in charge cannot act on them any more."""
    stalled: bool = False
    """Only those that stand longer in their stage than it allows."""
    days: int | None = None
    """More days in the stage than these."""
    unserved: int | None = None
    """No service in the last so many days."""
    ends: int | None = None
    """The year in which a certificate in force ends."""

    @property
    def of_way(self) -> bool:
        """Whether it asks for something of a candidacy."""
        asked = (self.in_charge, self.days, self.unserved, self.ends)
        return self.stalled or self.adrift or any(part is not None for part in asked)

    @property
    def of_firm(self) -> bool:
        """Whether it asks for something of the firm."""
        return any(True for _ in firm_conditions(self))


ANYTHING = Narrow()


def firm_conditions(narrow: Narrow) -> Iterator[ColumnElement[bool]]:
    """Conditions over ``Firm``."""
    if narrow.field:
        yield Firm.field == narrow.field
    if narrow.no_code:
        yield Firm.uscc.is_(None)
    if narrow.tag:
        yield Firm.id.in_(_tagged(narrow.tag))
    if narrow.established_from:
        yield Firm.established_on >= narrow.established_from
    if narrow.established_until:
        yield Firm.established_on <= narrow.established_until
    if narrow.updated_since:
        yield Firm.updated_at >= clock.at(narrow.updated_since)
    if narrow.batch is not None:
        yield Firm.import_batch_id == narrow.batch
    if narrow.figures is not None:
        yield Firm.id.in_(_with_figures(narrow.figures))
    if narrow.no_figures is not None:
        yield Firm.id.not_in(_with_figures(narrow.no_figures))


def way_conditions(narrow: Narrow, as_of: date, since: Any = None) -> Iterator[ColumnElement[bool]]:
    """Conditions over ``Candidacy``; ``since`` is the day of entry where an earlier day is looked at."""
    if narrow.in_charge == NOBODY:
        yield Candidacy.in_charge_id.is_(None)
    elif narrow.in_charge is not None:
        yield Candidacy.in_charge_id == narrow.in_charge
    if narrow.adrift:
        yield adrift()
    if narrow.stalled:
        yield stalled_condition(as_of)
    if narrow.days is not None:
        entered = Candidacy.stage_since if since is None else since
        yield entered < as_of - timedelta(days=narrow.days)
    if narrow.unserved is not None:
        lately = select(ServiceRecord.candidacy_id).where(
            ServiceRecord.on > as_of - timedelta(days=narrow.unserved),
            ServiceRecord.on <= as_of,
            ServiceRecord.withdrawn_at.is_(None),
        )
        yield Candidacy.id.not_in(lately)
    if narrow.ends is not None:
        yield Candidacy.id.in_(_ending(narrow.ends))


def _tagged(tag: str) -> Any:
    statement = select(FirmTag.firm_id).join(Tag, Tag.id == FirmTag.tag_id)
    return statement.where(Tag.name_key == tag_names.key(tag))


def _with_figures(year: int) -> Any:
    return select(FirmFigure.firm_id).where(
        FirmFigure.year == year, FirmFigure.replaced_at.is_(None), FirmFigure.value.is_not(None)
    )


def _ending(year: int) -> Any:
    return select(Certificate.candidacy_id).where(
        Certificate.status == "valid",
        Certificate.valid_through >= date(year, 1, 1),
        Certificate.valid_through <= date(year, 12, 31),
    )
