"""``/firms``: the register."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from cultivate.access import needs
from cultivate.api import blueprint, cursor
from cultivate.api.shapes.firm import FirmChange, FirmPage, FirmQuery, FirmShape, FirmTransfer, NewFirm, said
from cultivate.domain.permissions import Act
from cultivate.errors import N_, Conflict
from cultivate.queries import candidacies, places
from cultivate.queries import firms as queries
from cultivate.queries.firms import FirmFilter
from cultivate.request_session import actor, db
from cultivate.services import firms as services
from cultivate.services import transfers

api = blueprint.make("firms", "Firms of the register, within one's scope.")
ONE = "/firms/<int(max=9223372036854775807):firm_id>"


def location(firm_id: int) -> dict[str, str]:
    """The header that says where a firm is."""
    return {"Location": f"{blueprint.PREFIX}/firms/{firm_id}"}


@api.route("/firms")
@needs(Act.VIEW)
@api.arguments(FirmQuery, location="query")
@api.response(200, FirmPage)
def list_firms(query: dict[str, Any]) -> dict[str, Any]:
    """List firms, by id."""
    scope, limit = actor().scope, query["limit"]
    unit = places.get_place(db(), scope, query["unit"])
    wanted = FirmFilter(q=query["q"], unit=unit, track=query["track"], stage=query["stage"])
    rows = queries.list_after(db(), scope, wanted, cursor.decode(query["cursor"]), limit + 1)
    shown = rows[:limit]
    standing = candidacies.list_of_firms(db(), scope, [row.id for row in shown])
    return {
        "items": [_with_all(row, standing[row.id]) for row in shown],
        "total": queries.count_firms(db(), scope, wanted),
        "next": cursor.encode(shown[-1].id) if len(rows) > limit else None,
    }


@api.route("/firms", methods=["POST"])
@needs(Act.EDIT_FIRM)
@blueprint.takes_key
@api.arguments(NewFirm)
@api.response(201, FirmShape)
def register_firm(body: dict[str, Any]) -> Any:
    """Register a firm."""
    firm_id = services.register(
        db(), actor(), said(body), tracks=body["tracks"], confirm_name=body["confirm_name"]
    )
    return queries.get_firm(db(), actor().scope, firm_id), 201, location(firm_id)


@api.route(ONE)
@needs(Act.VIEW)
@api.response(200, FirmShape)
def show_firm(firm_id: int) -> Any:
    """One firm with its candidacies."""
    return queries.get_firm(db(), actor().scope, firm_id)


@api.route(ONE, methods=["PATCH"])
@needs(Act.EDIT_FIRM)
@api.arguments(FirmChange)
@api.response(200, FirmShape)
def change_firm(body: dict[str, Any], firm_id: int) -> Any:
    """Change what is said; `version` is the one you saw. A firm in a stage changes street by a transfer."""
    with race(firm_id):
        services.update(
            db(), actor(), firm_id, said(body), body["version"], confirm_name=body["confirm_name"]
        )
    return queries.get_firm(db(), actor().scope, firm_id)


@api.route(f"{ONE}/transfer", methods=["POST"])
@needs(Act.TRANSFER)
@blueprint.takes_key
@api.arguments(FirmTransfer)
@api.response(200, FirmShape)
def transfer_firm(body: dict[str, Any], firm_id: int) -> Any:
    """Move a firm to another street or park, with all its candidacies."""
    with race(firm_id):
        transfers.transfer(
            db(), actor(), firm_id, body["street"], body["park"], body["effective_on"], body["reason"] or ""
        )
    return queries.get_firm(db(), actor().scope, firm_id)


@contextmanager
def race(firm_id: int) -> Iterator[None]:
    """Two writers passed the check of the version at once: the slower one is told how the firm stands."""
    try:
        yield
    except StaleDataError as error:
        db().rollback()
        raise Conflict(
            N_("Somebody else changed this firm in the meantime."),
            current=queries.get_firm(db(), actor().scope, firm_id),
        ) from error


def _with_all(row: queries.FirmRow, found: list[candidacies.CandidacyRow]) -> queries.FirmRow:
    """The row with all candidacies, ended ones too, as the firm's own address has them."""
    return replace(row, candidacies=tuple(found))
