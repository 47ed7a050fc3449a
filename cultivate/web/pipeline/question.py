"""What the lists are asked: everything stands in the address, so a list can be sent to somebody."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from flask import request

from cultivate import clock, packs
from cultivate.domain.scope import Scope
from cultivate.domain.stages import EXITS, STAGES
from cultivate.errors import N_, Invalid, NotFound
from cultivate.i18n import _, language
from cultivate.queries import places
from cultivate.queries.moves import FLOWS, MoveFilter
from cultivate.queries.pipeline import Narrowing
from cultivate.queries.stock import IN_FORCE, Standing
from cultivate.web.filters import day, moment, stage_name, track_short
from cultivate.web.lists.filters import Chip, chips_of, narrow_asked, narrow_chips
from cultivate.web.moments import as_of_arg, day_arg, known_at_arg, moment_arg
from cultivate.web.numbers import number_of
from cultivate.web.request import actor, db

FLOW_NAMES = {
    "entered": N_("entered"),
    "left": N_("left"),
    "moved_in": N_("moved in from another street or park"),
    "moved_out": N_("moved to another street or park"),
}
#: what the list of moves shows when no period is asked for
RECENT_DAYS = 30


def page_number() -> int:
    """The page asked for, the first where it is no number."""
    return number_of(request.args.get("page")) or 1


def _account(name: str, extra: tuple[str, ...] = ()) -> str:
    """An account of the address; one that does not exist is a page that does not exist."""
    found = request.args.get(name, "")
    if found and found not in (*STAGES, *EXITS, *extra):
        raise NotFound
    return found


def standing_asked(scope: Scope, track: str) -> Standing:
    """Account, unit, day and knowledge."""
    if track not in packs.tracks():
        raise NotFound
    return Standing(
        track=track,
        stage=_account("stage", (IN_FORCE,)),
        unit=places.get_place(db(), scope, request.args.get("unit", "")),
        as_of=as_of_arg(),
        known_at=known_at_arg(),
    )


def narrowing_asked() -> Narrowing:
    """Text, marks, order, page."""
    return Narrowing(
        text=request.args.get("q", "").strip()[:100],
        narrow=narrow_asked(actor()),
        sort=request.args.get("sort", "since"),
        page=page_number(),
    )


def moves_asked(scope: Scope) -> MoveFilter:
    """Which moves; an unknown track, account or flow is a page that does not exist."""
    track, flow = request.args.get("track", ""), request.args.get("flow", "")
    if (track and track not in packs.tracks()) or (flow and flow not in FLOWS):
        raise NotFound
    since, until = day_arg("since"), day_arg("until")
    if since and until and since > until:
        raise Invalid(N_("The first day lies after the last."), field="since")
    recorded_since = moment_arg("recorded_since")
    if not (since or until or recorded_since):
        since = clock.today() - timedelta(days=RECENT_DAYS)
    return MoveFilter(
        track=track,
        account=_account("account"),
        flow=flow,
        since=since,
        until=until,
        unit=places.get_place(db(), scope, request.args.get("unit", "")),
        known_at=known_at_arg(),
        recorded_since=recorded_since,
        page=page_number(),
    )


def standing_chips(asked: Standing, narrowing: Narrowing, people: Mapping[int, str]) -> Sequence[Chip]:
    """The pipeline's filters, except the stage, which is a tab."""
    exits = asked.stage in EXITS
    return chips_of(
        {
            "stage": (_("Way out"), stage_name(asked.stage) if exits else ""),
            "unit": (_("Unit"), asked.unit.name(language()) if asked.unit else ""),
            **narrow_chips(narrowing.narrow, people),
            "q": (_("Search"), narrowing.text),
            "as_of": (_("As of"), day(asked.as_of) if request.args.get("as_of") else ""),
            "known_at": (_("As known on"), moment(asked.known_at) if asked.known_at else ""),
        }
    )


def move_chips(asked: MoveFilter) -> Sequence[Chip]:
    """The filters of the list of moves."""
    return chips_of(
        {
            "track": (_("Track"), track_short(asked.track) if asked.track else ""),
            "account": (_("Stage"), stage_name(asked.account) if asked.account else ""),
            "flow": (_("Flow"), _(FLOW_NAMES[asked.flow]) if asked.flow else ""),
            "unit": (_("Unit"), asked.unit.name(language()) if asked.unit else ""),
            "since": (_("From"), day(asked.since) if asked.since else ""),
            "until": (_("Until"), day(asked.until) if asked.until else ""),
            "recorded_since": (
                _("Recorded after"),
                moment(asked.recorded_since) if asked.recorded_since else "",
            ),
            "known_at": (_("As known on"), moment(asked.known_at) if asked.known_at else ""),
        }
    )
