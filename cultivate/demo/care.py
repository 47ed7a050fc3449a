"""What was done for firms: service records with follow-ups, and proposals of caseworkers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from cultivate import clock
from cultivate.demo.calendar import office_hour, workday
from cultivate.demo.world import BUREAU, DemoCandidacy, Step, World
from cultivate.domain.stages import Exit, Stage

_NOTES: dict[str, tuple[str, ...]] = {
    "visit": ("实地走访，了解研发项目与团队情况", "与负责人面谈，介绍培育流程", "走访生产现场，核对主营产品"),
    "briefing": ("参加科创微课堂：认定条件解读", "政策宣讲，发放申报指南", "线上讲解研发费用加计扣除"),
    "diagnosis": (
        "一企一策诊断：缺研发辅助账",
        "诊断结论：二类知识产权数量不足",
        "诊断结论：高新收入占比接近 60%，需整理合同",
    ),
    "rd_bookkeeping": ("辅导建立研发辅助账", "核对近三年研发费用归集口径"),
    "ip_planning": ("知识产权布局建议，拟新增软著 4 件", "对接代理机构，启动发明专利申请"),
    "auditor": ("对接专项审计机构", "确认审计进场时间"),
    "pre_check": ("材料预审，补充成果转化佐证", "材料预审，核对三处数据一致"),
    "finance": ("对接科技贷款", "申领创新券"),
    "talent": ("协助发布研发岗位", "人才政策对接"),
}
_EARLY = ("visit", "briefing", "diagnosis")
_SERVING = (
    "visit",
    "diagnosis",
    "rd_bookkeeping",
    "ip_planning",
    "auditor",
    "pre_check",
    "finance",
    "talent",
    "briefing",
)
_PROPOSED = {
    Stage.RECOMMEND: ("材料齐全，建议推出", "知识产权与研发费用已达标，建议推出", "预审通过，建议列入本批"),
    Exit.WITHDRAWN: ("企业书面表示放弃本轮培育", "连续两年研发占比不足，建议退出"),
}
_WAITING = (
    Stage.RECOMMEND,
    Stage.RECOMMEND,
    Exit.WITHDRAWN,
    Stage.RECOMMEND,
    Exit.WITHDRAWN,
    Stage.RECOMMEND,
    Exit.WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class DemoService:
    """One service record."""

    candidacy: DemoCandidacy
    kind: str
    on: date
    note: str
    follow_up_on: date | None
    followed_up_at: datetime | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DemoProposal:
    """A proposal; undecided while ``step`` is ``None``."""

    candidacy: DemoCandidacy
    to: str
    reason: str
    proposed_at: datetime
    step: Step | None


def services(world: World, today: date) -> list[DemoService]:
    """All service records, in the order in which they were recorded."""
    made = [
        service
        for candidacy in world.candidacies
        for stage, since, until in _spans(candidacy, today)
        for service in _of_span(world.rng, candidacy, stage, since, until, today)
    ]
    return sorted(made, key=lambda one: one.recorded_at)


def _spans(candidacy: DemoCandidacy, today: date) -> Iterator[tuple[str, date, date]]:
    """Stages with their first and last days; what was taken back does not count."""
    taken = {id(step.reverses) for step in candidacy.steps}
    moves = [step for step in candidacy.steps if step.kind == "move" and id(step) not in taken]
    for step, following in zip(moves, [*moves[1:], None], strict=True):
        yield step.to, step.on, following.on if following else today - timedelta(days=1)


def _of_span(
    rng: Random, candidacy: DemoCandidacy, stage: str, since: date, until: date, today: date
) -> Iterator[DemoService]:
    days = max(0, (until - since).days)
    kinds: tuple[str, ...]
    if stage == Stage.DISCOVER:
        number, kinds = int(rng.random() < 0.4 and days > 20), _EARLY
    elif stage == Stage.SERVE:
        number, kinds = min(6, 1 + round(days / 110 * rng.random() * 1.6)), _SERVING
    elif stage == Stage.CERTIFY:
        number, kinds = int(rng.random() < 0.12 and days > 60), ("visit", "finance", "talent")
    else:
        return
    for on in sorted(since + timedelta(days=rng.randint(0, days)) for _ in range(number)):
        yield from _service(rng, candidacy, rng.choice(kinds), min(workday(on), until), today)


def _service(
    rng: Random, candidacy: DemoCandidacy, kind: str, on: date, today: date
) -> Iterator[DemoService]:
    recorded_at = office_hour(rng, workday(on + timedelta(days=rng.choice((0, 0, 0, 1, 2)))))
    if recorded_at > clock.at(today):
        return
    due = workday(on + timedelta(days=rng.randint(9, 48))) if rng.random() < 0.4 else None
    done = None if due is None else _followed_up(rng, candidacy, due, today)
    yield DemoService(candidacy, kind, on, rng.choice(_NOTES[kind]), due, done, recorded_at)


def _followed_up(rng: Random, candidacy: DemoCandidacy, due: date, today: date) -> datetime | None:
    """Old ones are done but for a few that were forgotten; of the last month's some are overdue."""
    if due >= today:
        return None
    forgotten = 0.16 if due > today - timedelta(days=30) else 0.004
    if candidacy.open and rng.random() < forgotten:
        return None
    return min(office_hour(rng, due), clock.at(today))


def proposals(world: World, served: set[int], today: date) -> list[DemoProposal]:
    """Waiting ones, and decided ones of the last two years; ``served`` are ids of candidacies with a record."""
    rng = world.rng
    made = [_decided(rng, step) for step in _asked(rng, world, today)]
    standing = [
        one
        for one in world.candidacies
        if _stands(one, Stage.SERVE) and id(one) in served and _settled(one, today)
    ]
    for candidacy, to in zip(rng.sample(standing, min(len(standing), len(_WAITING))), _WAITING, strict=False):
        day = workday(today - timedelta(days=rng.randint(3, 12)))
        made.append(
            DemoProposal(
                candidacy,
                to,
                rng.choice(_PROPOSED[to]),
                office_hour(rng, min(day, today - timedelta(days=1))),
                None,
            )
        )
    return sorted(made, key=lambda one: one.proposed_at)


def _asked(rng: Random, world: World, today: date) -> list[Step]:
    return [
        step
        for candidacy in world.candidacies
        for step in candidacy.steps
        if step.to == Stage.RECOMMEND
        and step.by == BUREAU
        and step.kind == "move"
        and step.on.year >= today.year - 1
        and rng.random() < 0.3
    ]


def _decided(rng: Random, step: Step) -> DemoProposal:
    day = workday(step.on - timedelta(days=rng.randint(2, 9)))
    proposed_at = office_hour(rng, min(day, step.on - timedelta(days=1)))
    return DemoProposal(
        step.candidacy, Stage.RECOMMEND, rng.choice(_PROPOSED[Stage.RECOMMEND]), proposed_at, step
    )


def _stands(candidacy: DemoCandidacy, stage: str) -> bool:
    return candidacy.steps[-1].to == stage and candidacy.steps[-1].kind == "move"


def _settled(candidacy: DemoCandidacy, today: date) -> bool:
    """In the book for a while, so that the proposal comes after everything known of it."""
    last = candidacy.steps[-1].recorded_at
    return last is not None and clock.day_of(last) < today - timedelta(days=30) and candidacy.cycle == 1
