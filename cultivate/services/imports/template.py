"""An empty roster to fill in: the titles that are understood, one row of them."""

import io

from cultivate import clock
from cultivate.i18n import _
from cultivate.spreadsheets import SheetSpec, write_xlsx
from cultivate.spreadsheets.write import CellKind

YEARS = 3
#: part of the layout, the same in every language
_BEFORE: tuple[tuple[str, CellKind, int], ...] = (
    ("企业名称", "text", 36),
    ("统一社会信用代码", "text", 22),
    ("所属街道", "text", 14),
    ("所在园区", "text", 18),
    ("成立日期", "date", 12),
    ("注册资本（万元）", "number", 16),
    ("联系人", "text", 10),
    ("联系电话", "text", 16),
    ("所属技术领域", "text", 18),
    ("职工总数", "integer", 10),
    ("科技人员数", "integer", 12),
)
_AFTER: tuple[tuple[str, CellKind, int], ...] = (
    ("Ⅰ类知识产权", "integer", 14),
    ("Ⅱ类知识产权", "integer", 14),
    ("曾用名", "text", 24),
    ("地址", "text", 36),
    ("备注", "text", 30),
)


def roster_template() -> bytes:
    """An .xlsx with the columns of a roster, the last three closed years among them."""
    last = clock.today().year - 1
    years = range(last - YEARS + 1, last + 1)
    yearly: list[tuple[str, CellKind, int]] = [
        (f"{year}年{figure}（万元）", "number", 22) for figure in ("销售收入", "研发费用") for year in years
    ]
    target = io.BytesIO()
    write_xlsx(target, [SheetSpec(_("Roster"), [*_BEFORE, *yearly, *_AFTER], [])])
    return target.getvalue()
