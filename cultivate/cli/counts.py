"""``cultivate funnel`` and ``cultivate progress``."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import click

from cultivate import clock, packs
from cultivate.cli.edge import emit, json_option, reading
from cultivate.domain.scope import WHOLE_DISTRICT
from cultivate.domain.stages import EXITS, LABELS, STAGES
from cultivate.i18n import _, language
from cultivate.queries.progress import funnel, progress, progress_answer


class Day(click.ParamType[date]):
    """A day as 2026-11-23."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> date:
        """Wrong usage (2) where it is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no day: write YYYY-MM-DD", param, context)


class Moment(click.ParamType[datetime]):
    """A time as RFC 3339; one without an offset is the office's own."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        """Wrong usage (2) where it is none."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: write 2026-11-23T08:30:00+08:00", param, context)
        return found if found.tzinfo else found.replace(tzinfo=clock.zone())


as_of_option = click.option("--as-of", type=Day(), help="Day that is counted (default: today).")
known_at_option = click.option("--known-at", type=Moment(), help="As the book knew it then (default: now).")


@click.command("funnel")
@click.option("--track", required=True, help="hnte or ptsme.")
@as_of_option
@known_at_option
@click.option("--by", type=click.Choice(["unit", "park"]), help="A line for every street, or for every park.")
@json_option
def funnel_command(
    track: str, as_of: date | None, known_at: datetime | None, by: Any, *, as_json: bool
) -> None:
    """Count a track: how many stand in each stage, have left, and are in force."""
    with reading(as_json=as_json) as session:
        result = funnel(session, WHOLE_DISTRICT, track, as_of or clock.today(), known_at, by)
        emit(result, as_json=as_json, human=_print_funnel)


def _print_funnel(result: Mapping[str, Any]) -> None:
    name = packs.track(result["track"]).name(language())
    click.echo(_("%(track)s, as of %(day)s", track=name, day=result["as_of"]))
    counts = [*result["stages"].items(), *result["exits"].items()]
    for account, count in counts:
        click.echo(f"  {count:>8,}  {_(LABELS[account])}")
    click.echo(f"  {result['in_force']:>8,}  {_('In force')}")
    for line in result["by"]:
        figures = " ".join(f"{line['stages'][stage]:>7,}" for stage in STAGES)
        left = sum(line["exits"][way] for way in EXITS)
        click.echo(f"  {figures} {left:>7,} {line['in_force']:>7,}  {line['name']}")


@click.command("progress")
@as_of_option
@known_at_option
@json_option
def progress_command(as_of: date | None, known_at: datetime | None, *, as_json: bool) -> None:
    """Both tracks against plan, pace and forecast."""
    day = as_of or clock.today()
    with reading(as_json=as_json) as session:
        result = progress_answer(progress(session, WHOLE_DISTRICT, day, known_at), day)
        emit(result, as_json=as_json, human=_print_progress)


def _print_progress(result: Mapping[str, Any]) -> None:
    click.echo(_("As of %(day)s", day=result["as_of"]))
    for row in result["tracks"]:
        coming = row["forecast"]
        click.echo(
            _(
                "%(track)s: %(in_force)s in force of %(target)s, pace %(pace)s (%(gap)s); "
                "newly certified this year %(new)s; on %(on)s %(low)s to %(high)s",
                track=packs.track(row["track"]).name(language()),
                in_force=row["in_force"],
                target=_or_dash(row["target"]),
                pace=_or_dash(row["pace"]),
                gap="—" if row["gap"] is None else f"{row['gap']:+d}",
                new=row["newly_certified_this_year"],
                on=coming["on"],
                low=coming["low"],
                high=coming["high"],
            )
        )


def _or_dash(value: int | None) -> str:
    return "—" if value is None else str(value)
