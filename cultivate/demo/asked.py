"""What firms asked for: some open, some overdue, most answered."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from cultivate import clock
from cultivate.demo.calendar import office_hour, workday
from cultivate.demo.desk import Desk
from cultivate.demo.people import CASEWORKER_UNIT
from cultivate.demo.world import DemoCandidacy
from cultivate.domain.stages import Stage
from cultivate.models import FirmNeed, ServiceRecord

_SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "finance": (
        ("流动资金周转，想贷款 300 万元", "已对接杭州银行科技支行，授信 300 万元"),
        ("设备更新，了解贴息政策", "已发贴息申报指南，并约银行上门"),
    ),
    "talent": (
        ("招两名嵌入式工程师，招了三个月没招到", "已列入区秋季校招场次"),
        ("外地骨干子女入学怎么办", "已转区教育局，按高层次人才子女入学办理"),
    ),
    "space": (
        ("厂房明年四月到期，想在区内找 1200 平方米", "已带看两处园区，企业选定其一"),
        ("想拿一层研发办公用房", "园区暂无整层，已登记排队"),
    ),
    "ip": (("不清楚软著和专利怎么搭配", "已请代理机构做一次布局，拟新增软著 4 件"),),
    "policy": (
        ("去年的认定奖励还没到账", "已核实，财政本月拨付"),
        ("想知道省科小和高企能不能同时报", "可以，已当面讲解并发了条件对照表"),
    ),
    "rd_bookkeeping": (("会计不会归集研发费用，要人教", "已安排税务师上门辅导辅助账"),),
    "market": (("产品想进区里的应用场景清单", "已推荐给数据局，列入本期清单"),),
    "partner": (("想找高校一起做材料测试", "已对接浙江工业大学，双方签了意向书"),),
}
#: one in so many firms under way asks for something; at least so many do where there are that many
_ONE_IN, _LEAST, _IN_SIGHT = 6, 8, 8
_DECLINED = "不在现行政策范围内，已当面说明"


def write_needs(desk: Desk, seed: int) -> int:
    """Needs of firms that are being served, most of them said at their last visit; returns how many.

    Among them are some of the street whose caseworker people log in as.
    """
    rng = Random(f"cultivate-needs-{seed}")  # noqa: S311 the point is that it can be repeated
    served = [one for one in desk.world.candidacies if one.steps[-1].to in (Stage.SERVE, Stage.RECOMMEND)]
    by_firm = list({one.firm.number: one for one in served}.values())
    number = min(len(by_firm), max(_LEAST, len(by_firm) // _ONE_IN))
    chosen = rng.sample(by_firm, number)
    chosen += [one for one in by_firm if one not in chosen and _in_sight(one)][:_IN_SIGHT]
    visits = _last_visits(desk, [one.id for one in chosen])
    rows = [row for one in chosen for row in _needs(rng, desk, one, visits.get(one.id))]
    desk.write(FirmNeed, sorted(rows, key=lambda row: row["recorded_at"]))
    return len(rows)


def _in_sight(one: DemoCandidacy) -> bool:
    return one.firm.spot(date.max)[0] == CASEWORKER_UNIT


def _last_visits(desk: Desk, candidacy_ids: list[int]) -> dict[int, tuple[int, date]]:
    found = desk.session.execute(
        select(ServiceRecord.candidacy_id, ServiceRecord.id, ServiceRecord.on)
        .where(ServiceRecord.candidacy_id.in_(candidacy_ids))
        .order_by(ServiceRecord.on, ServiceRecord.id)
    )
    return {way: (record, on) for way, record, on in found}


def _needs(
    rng: Random, desk: Desk, one: DemoCandidacy, visit: tuple[int, date] | None
) -> Iterator[dict[str, Any]]:
    service_id, on = visit or (None, workday(desk.today - timedelta(days=rng.randint(5, 60))))
    kind = rng.choice(list(_SAID))
    text, answer = rng.choice(_SAID[kind])
    caseworker = desk.caseworker(one, on)
    recorded_at = min(office_hour(rng, on), clock.at(desk.today))
    due = workday(on + timedelta(days=rng.choice((10, 15, 30))))
    row = {
        "firm_id": one.firm.id,
        "kind": kind,
        "text": text,
        "raised_on": on,
        "by_id": caseworker,
        "recorded_at": recorded_at,
        "service_id": service_id,
        "owner_id": None if rng.random() < 0.2 else caseworker,
        "due_on": due if rng.random() < 0.8 else None,
        "state": "open",
        "answer": "",
        "answered_on": None,
        "answered_by_id": None,
    }
    answered_on = min(workday(on + timedelta(days=rng.randint(2, 20))), desk.today - timedelta(days=1))
    forgotten = rng.random() < (0.3 if due < desk.today else 0.7)
    if answered_on > on and not forgotten:
        declined = rng.random() < 0.15
        row |= {
            "state": "declined" if declined else "answered",
            "answer": _DECLINED if declined else answer,
            "answered_on": answered_on,
            "answered_by_id": caseworker,
        }
    yield row
