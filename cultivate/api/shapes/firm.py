"""A firm, and what is said of one."""

from typing import Any

from marshmallow import fields

from cultivate import packs
from cultivate.api.fields import Amount, Body, Choice, Day, Flag, Id, Inner, Keyed, Many, Moment, Text, Whole
from cultivate.api.shapes.base import Answer, PageQuery, PageShape, UnitCode
from cultivate.api.shapes.candidacy import CandidacyBrief
from cultivate.domain.figures import CALIBRES, FIGURES, KEYS
from cultivate.domain.firm_data import SCALARS, FirmData
from cultivate.domain.stages import EXITS, STAGES
from cultivate.queries.firms import FirmDetail


class FigureShape(Answer):
    """A figure as somebody gave it; `until` where another has taken its place."""

    year = fields.Integer()
    figure = fields.String(metadata={"enum": list(FIGURES)})
    calibre = fields.String(metadata={"enum": ["", *CALIBRES], "description": "empty where nobody said"})
    value = Amount(allow_none=True)
    source = fields.String(metadata={"description": "the document it was read from"})
    by = fields.String(allow_none=True)
    import_id = fields.Integer(attribute="import_batch_id", allow_none=True)
    recorded_at = Moment()
    until = Moment(attribute="replaced_at", allow_none=True)


class FirmBrief(Answer):
    """A firm in a list."""

    id = Id()
    version = Id()
    name = fields.String()
    uscc = fields.String(allow_none=True)
    street = UnitCode()
    park = UnitCode(allow_none=True)
    field = fields.String(allow_none=True)
    established_on = Day(allow_none=True)
    updated_at = Moment()
    candidacies = Many(Inner(CandidacyBrief))


class FirmShape(FirmBrief):
    """A firm by itself; contacts are masked for those who need not call."""

    registered_capital = Amount(allow_none=True)
    address = fields.String(allow_none=True)
    contact_name = fields.String(allow_none=True)
    contact_phone = fields.String(allow_none=True)
    staff = fields.Integer(allow_none=True)
    rd_staff = fields.Integer(allow_none=True)
    class1_ip = fields.Integer(allow_none=True)
    class2_ip = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)
    former_names = fields.Method("_former_names", metadata={"type": "array", "items": {"type": "string"}})
    years = fields.Method(
        "_years",
        metadata={
            "type": "object",
            "description": "by year and figure, 万元 or people: sales, rd@tax …; @ names the calibre",
        },
    )
    figures = Many(Inner(FigureShape))
    created_at = Moment()

    def _former_names(self, firm: FirmDetail) -> list[str]:
        return [former.name for former in firm.former_names]

    def _years(self, firm: FirmDetail) -> dict[str, Any]:
        return {
            str(year): {key: float(value) for key, value in figures.items()}
            for year, figures in sorted(firm.years.items())
        }


class FirmPage(PageShape):
    """Firms in the order of their ids."""

    items = Many(Inner(FirmBrief))


class FirmQuery(PageQuery):
    """Which firms."""

    q = Text(
        longest=100, load_default="", metadata={"description": "name, former name, code, pinyin or initials"}
    )
    unit = Text(longest=32, load_default="", metadata={"description": "code of a street or park"})
    track = Choice(tuple(packs.tracks()), load_default=None)
    stage = Choice((*STAGES, *EXITS), load_default=None)


class FirmBody(Body):
    """What is said of a firm: a field that is not there is kept, null empties it."""

    name = Text(allow_none=True)
    uscc = Text(longest=40, allow_none=True)
    street = Text(longest=32, allow_none=True, metadata={"description": "unit code"})
    park = Text(longest=32, allow_none=True, metadata={"description": "unit code"})
    established_on = Day(allow_none=True)
    registered_capital = Amount(allow_none=True)
    field = Text(longest=40, allow_none=True)
    address = Text(allow_none=True)
    contact_name = Text(longest=60, allow_none=True)
    contact_phone = Text(longest=40, allow_none=True)
    staff = Whole(allow_none=True)
    rd_staff = Whole(allow_none=True)
    class1_ip = Whole(allow_none=True)
    class2_ip = Whole(allow_none=True)
    note = Text(longest=2000, allow_none=True)
    former_names = Many(Text())
    years = Keyed(
        keys=Whole(low=2000, high=2099),
        values=Keyed(keys=Choice(KEYS), values=Amount(allow_none=True)),
        metadata={"description": "by year and figure, as in the answer; one that is not there is kept"},
    )
    confirm_name = Flag(
        load_default=False, metadata={"description": "a firm of the same name is another one"}
    )


class NewFirm(FirmBody):
    """A firm to register; on ``tracks`` a candidacy is opened at once."""

    name = Text(required=True)
    tracks = Many(Choice(tuple(packs.tracks())), load_default=())


class FirmChange(FirmBody):
    """A change of a firm, with the version that was seen."""

    version = Id(required=True)


class FirmTransfer(Body):
    """Where a firm goes."""

    street = Text(longest=32, required=True, metadata={"description": "unit code"})
    park = Text(longest=32, load_default=None, metadata={"description": "unit code; none if not said"})
    effective_on = Day(load_default=None, metadata={"description": "today if not said"})
    reason = Text(longest=1000, load_default="")


def said(body: dict[str, Any]) -> FirmData:
    """A body as what every door says of a firm."""
    given: dict[str, Any] = {name: body[name] for name in SCALARS if name in body}
    return FirmData(
        **given, former_names=tuple(body.get("former_names") or ()), years=body.get("years") or {}
    )
