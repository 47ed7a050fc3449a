"""Policy packs as they apply: the shipped ones with the local versions of a day and a place laid over them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from cultivate.domain.policy.local import overlaid, read_head
from cultivate.domain.policy.nodes import PackInvalid
from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.reading import parse
from cultivate.errors import NotFound
from cultivate.models import PolicyPack, User
from cultivate.packs import policies


@dataclass(frozen=True, slots=True)
class LocalVersion:
    """One text of a local version as plain values."""

    id: int
    name: str
    base: str
    version: int
    title_zh: str
    title_en: str
    text: str
    in_force_from: date
    in_force_to: date | None
    unit_id: int | None
    by: str | None
    made_at: datetime
    replaced_at: datetime | None
    withdrawn_at: datetime | None
    reason: str

    def title(self, language: str) -> str:
        """In the reader's language."""
        return self.title_en if language == "en" else self.title_zh

    @property
    def current(self) -> bool:
        """Whether it is the text that counts: neither replaced by an edit nor withdrawn."""
        return self.replaced_at is None and self.withdrawn_at is None

    def in_force(self, on: date) -> bool:
        """Whether it counts and that day lies in it."""
        ends = self.in_force_to
        return self.current and self.in_force_from <= on and (ends is None or on <= ends)


@dataclass(frozen=True, slots=True)
class Applied:
    """The pack of a day and place, and what made it."""

    pack: Pack
    versions: tuple[LocalVersion, ...]
    broken: tuple[LocalVersion, ...]
    """Local versions that no longer fit the shipped pack (a new release): left out, and said on the page."""


def applying(session: Session, base: str, on: date, unit_ids: Collection[int] = ()) -> Applied:
    """Which version applies: the shipped pack with the local ones in force that day.

    Those for everybody first, then those for one of these units (a firm's street and park); among them the
    earlier first, so that the later has the last word.
    """
    here = [PolicyPack.unit_id.is_(None)]
    if unit_ids:
        here.append(PolicyPack.unit_id.in_(unit_ids))
    statement = _current().where(
        PolicyPack.base == base,
        PolicyPack.in_force_from <= on,
        or_(PolicyPack.in_force_to.is_(None), PolicyPack.in_force_to >= on),
        or_(*here),
    )
    rows = [_plain(row, who) for row, who in session.execute(statement)]
    rows.sort(key=lambda row: (row.unit_id is not None, row.in_force_from, row.id))
    return laid_over(base, rows)


def in_year(session: Session, base: str, year: int, as_of: date) -> Pack:
    """The district's pack in a year of filing: a notice's version usually begins with its year."""
    day = min(max(as_of, date(year, 1, 1)), date(year, 12, 31))
    return applying(session, base, day).pack


def laid_over(base: str, rows: Collection[LocalVersion]) -> Applied:
    """The shipped pack with these over it in turn; one that does not fit is left out."""
    used: list[LocalVersion] = []
    broken: list[LocalVersion] = []
    for row in rows:
        try:
            _composed(base, tuple((each.name, each.text) for each in (*used, row)))
        except PackInvalid:
            broken.append(row)
        else:
            used.append(row)
    pack = _composed(base, tuple((each.name, each.text) for each in used))
    return Applied(pack, tuple(used), tuple(broken))


@lru_cache(maxsize=64)
def _composed(base: str, texts: tuple[tuple[str, str], ...]) -> Pack:
    if not texts:
        return policies.policy(base)
    parsed = [parse(text, name) for name, text in texts]
    return overlaid(policies.policy_parsed(base), base, [(read_head(each), each) for each in parsed])


def list_versions(session: Session, base: str | None = None) -> list[LocalVersion]:
    """Texts that count or were withdrawn last, by base, name; not what an edit replaced."""
    statement = _ordered().where(PolicyPack.replaced_at.is_(None))
    if base is not None:
        statement = statement.where(PolicyPack.base == base)
    return [_plain(row, who) for row, who in session.execute(statement)]


def list_history(session: Session, name: str) -> list[LocalVersion]:
    """All texts of one name, the newest first."""
    statement = _ordered().where(PolicyPack.name == name).order_by(None).order_by(PolicyPack.version.desc())
    return [_plain(row, who) for row, who in session.execute(statement)]


def get_version(session: Session, version_id: int) -> LocalVersion:
    """One text; ``NotFound`` otherwise."""
    found = session.execute(_ordered().where(PolicyPack.id == version_id)).first()
    if found is None:
        raise NotFound
    return _plain(found[0], found[1])


def _ordered() -> Select[PolicyPack, str]:
    return (
        select(PolicyPack, User.display_name)
        .outerjoin(User, User.id == PolicyPack.by_id)
        .order_by(PolicyPack.base, PolicyPack.in_force_from, PolicyPack.name, PolicyPack.id)
    )


def _current() -> Select[PolicyPack, str]:
    return _ordered().where(PolicyPack.replaced_at.is_(None), PolicyPack.withdrawn_at.is_(None))


def _plain(row: PolicyPack, who: str | None) -> LocalVersion:
    return LocalVersion(
        row.id,
        row.name,
        row.base,
        row.version,
        row.title_zh,
        row.title_en,
        row.text,
        row.in_force_from,
        row.in_force_to,
        row.unit_id,
        who,
        row.made_at,
        row.replaced_at,
        row.withdrawn_at,
        row.reason,
    )
