"""What the page is asked: everything stands in the address."""

from flask import request

from cultivate import clock, packs
from cultivate.domain.policy.readiness import CLASSES
from cultivate.errors import NotFound
from cultivate.packs.policies import track_policy
from cultivate.queries import places, policies
from cultivate.queries.screening import SORTS, Asked, filing_years
from cultivate.web.request import actor, db


def years_offered(track: str) -> tuple[int, ...]:
    """The years of filing in question: this one, and the next once this year's window is over."""
    today = clock.today()
    return filing_years(policies.in_year(db(), track_policy(track), today.year, today), today)


def asked() -> Asked:
    """Track, year, class, unit and order; a track, class or year that there is not is a page that there is not."""
    track = request.args.get("track") or next(iter(packs.tracks()))
    readiness = request.args.get("class", "")
    if track not in packs.tracks() or (readiness and readiness not in CLASSES):
        raise NotFound
    years = years_offered(track)
    said = request.args.get("year", "")
    if said and said not in {str(year) for year in years}:
        raise NotFound
    sort = request.args.get("sort", "")
    return Asked(
        track=track,
        year=int(said) if said else years[0],
        readiness=readiness,
        unit=places.get_place(db(), actor().scope, request.args.get("unit", "")),
        sort=sort if sort in SORTS else SORTS[0],
    )
