"""Random histories: whatever legal acts happen, in whatever order and dating, every count is the fold by hand.

Firms, streets and parks; openings, moves, exits, official lists old and new, transfers, lapses, renewals,
reversals and back-dating. The machine keeps no model of its own: after the run each count for random days
and times of knowing is compared with a brute-force fold of all moves.
"""

from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from cultivate import clock
from cultivate.domain.ledger import BookedMove, Place, fold, surviving
from cultivate.domain.stages import ACCOUNTS, OUTSIDE
from cultivate.errors import Conflict, Invalid, Refused
from cultivate.models import Candidacy, StageMove
from cultivate.queries import ledger
from cultivate.queries.candidacies import as_booked
from cultivate.services import (
    certificates,
    renewals,
    reversals,
    service_records,
    stages,
    transfers,
    verification,
)
from cultivate.services.stages import CertificateData, MoveRequest
from tests.fixtures import BANSHAN, HUSHU, MISHIXIANG, PARK, World

TODAY = clock.today()
FIRST = date(2019, 1, 1)
SPAN = (TODAY - FIRST).days

days = st.integers(0, SPAN).map(lambda offset: FIRST + timedelta(days=offset))
tracks = st.sampled_from(["hnte", "ptsme"])
firms = st.integers(0, 3)
steps = st.one_of(
    st.tuples(st.just("open"), firms, tracks, days),
    st.tuples(st.just("next"), firms, tracks, days),
    st.tuples(st.just("next"), firms, tracks, st.none()),
    st.tuples(st.just("back"), firms, tracks, days),
    st.tuples(st.just("exit"), firms, tracks, days),
    st.tuples(st.just("listed"), firms, tracks, days),
    st.tuples(st.just("listed"), firms, tracks, days),
    st.tuples(
        st.just("transfer"),
        firms,
        st.sampled_from([(MISHIXIANG, None), (HUSHU, PARK), (BANSHAN, None), (HUSHU, None)]),
        days,
    ),
    st.tuples(st.just("revoke"), firms, tracks, days),
    st.tuples(st.just("lapse"), st.just(0), st.just(""), days),
    st.tuples(st.just("renew"), st.just(0), st.just(""), days),
    st.tuples(st.just("reverse"), firms, tracks, st.none()),
)
NEXT = {"discover": "serve", "serve": "recommend", "recommend": "certify"}


class Play:
    """Carries random steps out through the services; a refused one changes nothing, which is checked too."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = world.session
        self.firms = [world.firm(street=street) for street in (MISHIXIANG, HUSHU, BANSHAN, MISHIXIANG)]
        self.moments: list[datetime] = []

    def carry_out(self, step: tuple) -> None:
        name, firm, *rest = step
        with suppress(Refused, Invalid, Conflict), self.session.begin_nested():
            getattr(self, name)(self.firms[firm], *rest)
        self.moments.append(clock.now())

    def last(self, firm: int, track: str) -> Candidacy | None:
        return self.session.scalar(
            select(Candidacy)
            .where(Candidacy.firm_id == firm, Candidacy.track == track, Candidacy.stage != OUTSIDE)
            .order_by(Candidacy.id.desc())
            .execution_options(populate_existing=True)
            .limit(1)
        )

    def open(self, firm: int, track: str, day: date) -> None:
        stages.open_candidacy(self.session, self.world.bureau, firm, track, day)

    def next(self, firm: int, track: str, day: date | None) -> None:
        candidacy = self.last(firm, track)
        if candidacy is None or candidacy.stage not in NEXT:
            return
        to = NEXT[candidacy.stage]
        if to == "recommend":
            service_records.record(self.session, self.world.bureau, candidacy.id, "visit", FIRST, "")
        day = day or min(TODAY, candidacy.stage_since + timedelta(days=30))
        certificate = CertificateData(f"GR{candidacy.id:012d}", day) if to == "certify" else None
        stages.move(
            self.session, self.world.bureau, candidacy.id, MoveRequest(to, day, certificate=certificate)
        )

    def back(self, firm: int, track: str, day: date) -> None:
        candidacy = self.last(firm, track)
        if candidacy is not None:
            stages.move(self.session, self.world.bureau, candidacy.id, MoveRequest("serve", day, "未通过"))

    def exit(self, firm: int, track: str, day: date) -> None:
        candidacy = self.last(firm, track)
        if candidacy is not None:
            stages.move(self.session, self.world.bureau, candidacy.id, MoveRequest("withdrawn", day, "放弃"))

    def listed(self, firm: int, track: str, day: date) -> None:
        number = f"GR{day:%Y%m%d}{firm:04d}"
        certificates.certify_by_list(self.session, self.world.bureau, firm, track, number, day)

    def transfer(self, firm: int, place: tuple[str, str | None], day: date) -> None:
        transfers.transfer(self.session, self.world.bureau, firm, *place, day, "搬迁")

    def revoke(self, firm: int, track: str, day: date) -> None:
        candidacy = self.last(firm, track)
        held = candidacy and self.session.scalar(
            select(certificates.Certificate.id).where(certificates.Certificate.candidacy_id == candidacy.id)
        )
        if held:
            certificates.revoke(self.session, self.world.bureau, held, day, "撤销")

    def lapse(self, _firm: int, _track: str, day: date) -> None:
        certificates.post_lapses(self.session, self.world.bureau, day)

    def renew(self, _firm: int, _track: str, day: date) -> None:
        renewals.open_due(self.session, self.world.bureau, day)

    def reverse(self, firm: int, track: str, _day: None) -> None:
        candidacy = self.last(firm, track)
        if candidacy is not None:
            moves = surviving([as_booked(move) for move in self.moves(candidacy.id)])
            reversals.reverse(self.session, self.world.bureau, moves[-1].id, "录错")

    def moves(self, candidacy_id: int) -> list[StageMove]:
        return list(
            self.session.scalars(
                select(StageMove).where(StageMove.candidacy_id == candidacy_id).order_by(StageMove.id)
            )
        )


def histories(session: Session) -> dict[int, tuple[str, int, list[BookedMove]]]:
    """All moves by candidacy, with track and firm."""
    found: dict[int, tuple[str, int, list[BookedMove]]] = {}
    for move, track, firm_id in session.execute(
        select(StageMove, Candidacy.track, Candidacy.firm_id)
        .join(Candidacy, Candidacy.id == StageMove.candidacy_id)
        .order_by(StageMove.id)
    ):
        found.setdefault(move.candidacy_id, (track, firm_id, []))[2].append(as_booked(move))
    return found


def once_a_firm(session: Session) -> None:
    """On no day does a firm stand at ``certify`` twice on a track."""
    told = histories(session)
    changes = sorted({move.effective_on for _, _, moves in told.values() for move in moves})
    for day in changes:
        at_certify = Counter(
            (firm, track)
            for track, firm, moves in told.values()
            if (place := fold(moves, as_of=day)) is not None and place.account == "certify"
        )
        assert not [key for key, number in at_certify.items() if number > 1], day


def by_hand(
    told: dict[int, tuple[str, int, list[BookedMove]]], track: str, as_of: date, known_at: datetime | None
) -> Counter[Place]:
    """Places of all candidacies of a track, folded one by one."""
    places = (fold(moves, as_of=as_of, known_at=known_at) for of, _, moves in told.values() if of == track)
    return Counter(place for place in places if place is not None)


def compare(world: World, as_of: date, known_at: datetime | None) -> None:
    told = histories(world.session)
    for track in ("hnte", "ptsme"):
        expected = by_hand(told, track, as_of, known_at)
        whole = ledger.balances(world.session, world.bureau.scope, track, as_of, known_at)[0]
        by_street = ledger.balances(world.session, world.bureau.scope, track, as_of, known_at, "unit")
        by_park = ledger.balances(world.session, world.bureau.scope, track, as_of, known_at, "park")
        for account in ACCOUNTS[1:]:
            assert whole.accounts[account] == sum(
                n for place, n in expected.items() if place.account == account
            )
            for dimension, attribute in ((by_street, "street_id"), (by_park, "park_id")):
                counted = {
                    unit: stock.accounts[account]
                    for unit, stock in dimension.items()
                    if stock.accounts[account]
                }
                folded: Counter[int] = Counter()
                for place, number in expected.items():
                    if place.account == account:
                        folded[getattr(place, attribute)] += number
                assert counted == dict(folded)
        assert sum(whole.accounts.values()) == 0 or whole.accounts[OUTSIDE] == -sum(expected.values())


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    script=st.lists(steps, min_size=4, max_size=22),
    probes=st.lists(st.tuples(days, st.integers(0, 21)), min_size=3, max_size=3),
)
def test_every_count_is_the_fold_by_hand(app: Flask, world: World, script: list[tuple], probes: list) -> None:
    savepoint = world.session.begin_nested()
    try:
        play = Play(world)
        for step in script:
            play.carry_out(step)
        assert verification.verify(world.session) == []
        for (day, moment), late in product(probes, (True, False)):
            known_at = play.moments[moment % len(play.moments)] if late else None
            compare(world, day, known_at)
        compare(world, TODAY, None)
        once_a_firm(world.session)
    finally:
        savepoint.rollback()
