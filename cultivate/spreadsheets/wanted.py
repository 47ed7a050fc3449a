"""What each kind of list is read for: its columns, those it cannot do without, and titles of its own.

A title such as 名称 means one thing in a roster and another in a list of patents: words that stand here go
before the common ones of ``titles.py``, for that kind alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cultivate.domain.figures import KEYS
from cultivate.errors import N_

#: a firm is told by its code or its name
FIRM = (frozenset({"uscc", "name"}), N_("The file has no column with names or credit codes of firms."))


@dataclass(frozen=True, slots=True)
class Wanted:
    """``fields`` are without their year; ``needed``: of each set one column must be there, else the message."""

    fields: frozenset[str]
    needed: tuple[tuple[frozenset[str], str], ...] = (FIRM,)
    words: Mapping[str, str] = field(default_factory=dict)
    """Field -> titles, apart by blanks, folded (no blanks inside, lower case, half width)."""
    undated: bool = False
    """Figures may stand without a year in their titles: a column says the year of the row."""


_FIRM_FIELDS = """
    name uscc former_name street park established_on registered_capital contact_name contact_phone address field
    staff rd_staff class1_ip class2_ip note record
"""
_RIGHT_FIELDS = (
    "property_kind property_number property_title applied_on granted_on ends_on owner obtained note"
)
_LIST_FIELDS = "name uscc former_name certificate_number issued_on region street address"
_NOTICE_FIELDS = "name uscc certificate_number region note"
#: a list of renames tells by two names, and perhaps by number
_BOTH_NAMES = (
    (frozenset({"former_name"}), N_("The file has no column with the old names.")),
    (frozenset({"name"}), N_("The file has no column with the new names.")),
)
_WAY = (
    frozenset({"direction", "moved_from", "moved_to", "street"}),
    N_("The file has no column that says where the firms moved: in or out, from, to, or the new street."),
)

_FIGURES = (
    frozenset(KEYS),
    N_("The file has no column with a figure: sales, income, R&D spending, net assets or staff."),
)

WANTED: dict[str, Wanted] = {
    "firms": Wanted(frozenset({*_FIRM_FIELDS.split(), *KEYS})),
    "figures": Wanted(
        frozenset({"name", "uscc", "year", "calibre", "source", "street", *KEYS}),
        (FIRM, _FIGURES),
        {
            "year": """
                年度 年份 会计年度 财务年度 所属年度 统计年度 数据年度 所属年份 年 year fiscalyear financialyear
            """,
            "calibre": "口径 数据口径 统计口径 指标口径 填报口径 calibre basis",
            "source": "来源 数据来源 资料来源 依据 数据依据 出处 来源文件 依据材料 source document",
        },
        undated=True,
    ),
    "properties": Wanted(
        frozenset(f"name uscc {_RIGHT_FIELDS}".split()),
        (
            FIRM,
            (frozenset({"property_number"}), N_("The file has no column with the numbers of the rights.")),
            (frozenset({"property_kind"}), N_("The file has no column with the kinds of the rights.")),
        ),
        {
            "property_kind": """
                知识产权类型 知识产权类别 知识产权种类 类型 类别 种类 专利类型 专利类别 权利类型 kind type
            """,
            "property_number": """
                专利号 授权号 登记号 专利号/登记号 授权号/登记号 知识产权编号 知识产权号 证书号 权利号 专利号登记号
                授权编号 软著登记号 申请号/登记号 number
            """,
            "property_title": "知识产权名称 专利名称 软件名称 名称 权利名称 成果名称 title",
            "applied_on": "申请日 申请日期 申请时间 appliedon",
            "granted_on": """
                授权日 授权日期 授权公告日 登记日期 登记日 取得日期 获得日期 授权时间 grantedon
            """,
            "ends_on": "终止日期 失效日期 失效日 到期日 有效期至 endson",
            "owner": "权利人 专利权人 著作权人 所有权人 申请人 owner",
            "obtained": "取得方式 获得方式 来源 取得途径 obtained",
        },
    ),
    "certificates": Wanted(frozenset(_LIST_FIELDS.split())),
    "renames": Wanted(
        frozenset(f"{_NOTICE_FIELDS} former_name issued_on".split()),
        _BOTH_NAMES,
        {
            "former_name": "更名前 变更前 原名 旧名 原企业名 更名前单位名称 变更前单位名称",
            "name": "更名后 变更后 现名 新名 现企业名 更名后单位名称 变更后单位名称 现单位名称 现公司名称 新企业名称",
        },
    ),
    "cancellations": Wanted(
        frozenset(f"{_NOTICE_FIELDS} cancelled_year reason issued_on".split()),
        words={
            "cancelled_year": """
                取消年度 撤销年度 取消年份 撤销年份 取消资格年度 取消资格年份 取消高企资格年度 取消资格起始年度
                取消高新技术企业资格年度
            """,
            "reason": "取消原因 撤销原因 取消事由 取消理由 原因",
        },
    ),
    "relocations": Wanted(
        frozenset(f"{_NOTICE_FIELDS} issued_on direction moved_from moved_to moved_on street".split()),
        (FIRM, _WAY),
        {
            "name": "企业",
            "direction": """
                迁出/迁入 迁入/迁出 迁出迁入 迁入迁出 迁移类型 迁移方向 迁移情况 搬迁类型 搬迁情况 类型 类别 变更类型
            """,
            "moved_from": """
                迁出地 迁出地区 迁出区 迁出区县 原所在地 原所在区 原所在区县 原所属区 原所属区县 原属地 迁移前 搬迁前
                原所属地
            """,
            "moved_to": """
                迁入地 迁入地区 迁入区 迁入区县 拟迁入地 现所在地 现所在区 现所在区县 现所属区 现所属区县 现属地 迁移后
                搬迁后 现所属地
            """,
            "moved_on": "迁移日期 迁移时间 迁入日期 迁入时间 迁出日期 迁出时间 搬迁日期 变更日期 变更时间",
            "street": "迁入街道 现街道 现所在街道 现所属街道 拟迁入街道",
        },
    ),
}

OWN_WORDS: dict[str, dict[str, str]] = {
    kind: {word: name for name, words in wanted.words.items() for word in words.split()}
    for kind, wanted in WANTED.items()
}
