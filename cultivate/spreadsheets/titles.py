"""What a column's title means. Titles are matched whole, never in part: a long heading is no column."""

import re
import unicodedata
from dataclasses import dataclass

from cultivate.domain.figures import KEYS, key_of
from cultivate.domain.values import Cell, text_of
from cultivate.spreadsheets.wanted import OWN_WORDS, WANTED

_SYNONYMS: dict[str, str] = {
    "seq": "序号 编号次 行号 no no. # index",
    "name": """
        企业名称 单位名称 公司名称 名称 企业 单位 公司 企业全称 公司全称 单位全称 企业名 公司名
        申报单位 申报企业 申请单位 申请企业 推荐企业 推荐单位 机构名称 企业单位名称 单位企业名称
        企业名称全称 现名称 现企业名称 新名称 更名后名称 更名后企业名称 变更后名称 变更后企业名称
        name companyname company firmname firm nameoffirm nameofcompany enterprise enterprisename
    """,
    "former_name": """
        原名称 原企业名称 原单位名称 原公司名称 曾用名 旧名称 更名前名称 更名前企业名称 变更前名称
        变更前企业名称 formername formernames oldname previousname
    """,
    "uscc": """
        统一社会信用代码 社会信用代码 信用代码 统一信用代码 社会统一信用代码 统一代码 企业信用代码
        企业代码 机构代码 组织机构代码 统一社会信用代码/组织机构代码 组织机构代码/统一社会信用代码
        统一社会信用代码证号 纳税人识别号 税号 creditcode unifiedcreditcode unifiedsocialcreditcode
        socialcreditcode uscc uscicode
    """,
    "street": """
        所属街道 街道 所在街道 街道名称 属地街道 属地 属地镇街 街镇 所属街镇 所在街镇 镇街 所属镇街
        所在镇街 乡镇街道 街道乡镇 管理街道 归属街道 street subdistrict
    """,
    "park": """
        所在园区 所属园区 园区 园区名称 产业园区 所在产业园 所属产业园 所在产业园区 所属产业园区
        park sciencepark industrialpark
    """,
    "established_on": """
        成立日期 成立时间 成立年月日 注册日期 注册时间 设立日期 设立时间 登记日期 注册成立日期
        注册成立时间 established establishedon dateofestablishment establishmentdate founded
        foundedon registeredon registrationdate
    """,
    "registered_capital": "注册资本 注册资金 注册资本金 注册资本额 registeredcapital capital",
    "contact_name": """
        联系人 联系人姓名 企业联系人 联系人员 联络人 负责人 contact contactname contactperson
    """,
    "contact_phone": """
        联系电话 联系方式 电话 手机 手机号 手机号码 电话号码 联系人电话 联系人手机 联系手机 联系号码
        phone telephone tel mobile contactphone phonenumber
    """,
    "address": "地址 注册地址 企业地址 单位地址 办公地址 经营地址 详细地址 address",
    "field": """
        所属技术领域 技术领域 所属领域 领域 高新技术领域 所属高新技术领域 所属高新领域 行业领域
        field technologyfield hitechfield
    """,
    "staff": """
        职工总数 员工总数 职工人数 员工人数 职工总人数 员工总人数 从业人员 从业人数 从业人员数
        人员总数 企业职工总数 staff employees headcount numberofstaff
    """,
    "rd_staff": """
        科技人员数 科技人员 科技人员人数 科技人员总数 研发人员 研发人员数 研发人员人数 从事研发人员
        r&dstaff rdstaff researchstaff
    """,
    "class1_ip": """
        i类知识产权 i类知识产权数 i类知识产权数量 一类知识产权 1类知识产权 i类 class1ip classiip
    """,
    "class2_ip": """
        ii类知识产权 ii类知识产权数 ii类知识产权数量 二类知识产权 2类知识产权 ii类 class2ip
        classiiip
    """,
    "note": "备注 备注说明 说明 附注 remark remarks note notes comment comments",
    "record": "记录号 recordid recordno",
    "certificate_number": """
        证书编号 证书号 证书号码 证书编码 高新技术企业证书编号 高企证书编号 高新证书编号 认定编号
        备案编号 登记编号 入库登记编号 入库编号 certificatenumber certificateno certificate
    """,
    "issued_on": """
        发证日期 发证时间 颁证日期 颁发日期 认定日期 认定时间 备案日期 批准日期 issuedon dateofissue
        issuedate
    """,
    "region": """
        区县 县区 区 县 市 市县 市区 县市区 区县市 区市县 区、县 市、县 地区 地市 设区市 所属区县
        所在区县 所属区 所在区 所属县区 所属地区 所在地区 所属地 所属地市 行政区 行政区划 所属行政区 区域
        district region area
    """,
    "code_or_number": "编号 代码 编码 编号/代码 代码/编号 code number",
}
_YEARLY: dict[str, str] = {
    "sales": """
        销售收入 年销售收入 营业收入 年营业收入 主营业务收入 销售额 营收 销售 营业总收入 sales
        salesrevenue revenue turnover
    """,
    "rd": """
        研发费用 研发投入 研发经费 研发支出 研究开发费用 研究开发费 研发费 研发费用总额 r&d费用
        r&d经费 r&d投入 年研发费用 年研发投入 r&d rd r&dspending r&dexpenses r&dcosts rdspending
        rdexpenses
    """,
    "total_income": "总收入 收入总额 企业总收入 totalincome",
    "hitech_income": """
        高新技术产品收入 高新技术产品服务收入 高新产品收入 高新收入 高品收入 hi-techincome
        hitechincome
    """,
    "net_assets": "净资产 净资产总额 年末净资产 期末净资产 netassets",
    "rd_domestic": """
        境内研发费用 中国境内研发费用 境内研究开发费用 境内研发投入 domesticr&d domesticrd
    """,
}
_YEARLY_PEOPLE: dict[str, str] = {
    "staff": "职工人数 职工总数 员工人数 从业人数 从业人员 staff employees headcount",
    "rd_staff": "科技人员数 科技人员 科技人员人数 研发人员 研发人员数 r&dstaff rdstaff",
}
_MONEY = frozenset({"registered_capital", *_YEARLY})

_FIELDS = {word: field for field, words in _SYNONYMS.items() for word in words.split()}
_METRICS = {
    word: field
    for words_of in (_YEARLY, _YEARLY_PEOPLE)
    for field, words in words_of.items()
    for word in words.split()
}

_KEY = re.compile(r"(.+)_(20\d{2})")
_YEAR = re.compile(r"(20\d{2})(?:年度|年末|年|财年)?")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】")
_UNIT = re.compile(r"亿元|千元|万元|元")
#: whose figure it is: in brackets, or before the figure
_CALIBRES: dict[str, re.Pattern[str]] = {
    "hnte": re.compile(r"高企口径|高新口径|高新技术企业口径|专项审计|hntecalibre"),
    "tax": re.compile(r"税务?口径|加计扣除|纳税申报|汇算清缴|taxcalibre"),
    "accounting": re.compile(r"会计口径|财务口径|审计报告|财务报表|accountingcalibre"),
    "statistics": re.compile(r"统计口径|规上统计|火炬统计|statisticscalibre|statisticalcalibre"),
}
_DECORATION = re.compile(r"^\d{1,2}[.、]|[*☆★:：]|必填|选填|请填写")
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Meaning:
    """A known column: field, year of a yearly figure, and the unit of money that the title names."""

    field: str
    year: int | None = None
    unit: str | None = None


def fold(cell: Cell) -> str:
    """A title in the form it is compared in: width and case folded, blanks and line breaks out."""
    return "".join(unicodedata.normalize("NFKC", text_of(cell)).casefold().split())


def understand(title: str, kind: str = "firms") -> Meaning | None:
    """What a folded title means in a list of that kind, if it is known."""
    if not title or len(title) > _LONGEST_TITLE:
        return None
    undecorated = _DECORATION.sub("", title)
    if own := OWN_WORDS[kind].get(undecorated):
        return Meaning(own)
    plain, calibre = _without_calibre(undecorated)
    unit = _UNIT.search(plain)
    year = _YEAR.search(plain)
    without_year = _YEAR.sub("", plain)
    if WANTED[kind].undated and not year and (field := _figure(plain)):
        return Meaning(key_of(field, calibre), None, _unit(unit, field))
    for spelling in (plain, _BRACKETED.sub("", plain), plain.replace("(", "").replace(")", "")):
        if field := OWN_WORDS[kind].get(spelling) or _FIELDS.get(spelling):
            return Meaning(field, unit=_unit(unit, field))
    if year and (field := _figure(without_year)):
        return Meaning(key_of(field, calibre), int(year[1]), _unit(unit, field))
    return None


def _figure(title: str) -> str | None:
    """The figure that a title without its year names."""
    for spelling in (_BRACKETED.sub("", title), re.sub(r"[()]", "", title)):
        if field := _METRICS.get(_UNIT.sub("", spelling) or spelling):
            return field
    return None


def _without_calibre(title: str) -> tuple[str, str]:
    """The title without the words of its calibre, and the calibre; the brackets that held them go as well."""
    for calibre, words in _CALIBRES.items():
        if words.search(title):
            return re.sub(r"[(]+[,，、]?[)]+", "", words.sub("", title)), calibre
    return title, ""


def unit_note(text: str) -> str | None:
    """The unit of money that a line above the table sets for all of it: 「单位：元」."""
    match = re.search(r"(?:金额)?单位[:：](?:人民币)?(亿元|千元|万元|元)", fold(text))
    return match[1] if match else None


def unit_in(text: str) -> str | None:
    """The unit of money that a title names, whatever else it says."""
    match = _UNIT.search(fold(text))
    return match[0] if match else None


def split_key(key: str) -> tuple[str | None, int | None]:
    """Field and year of a column's key: ``sales_2024`` → ``sales``, 2024; nothing of an empty one."""
    match = _KEY.fullmatch(key)
    if match and match[1] in yearly_fields():
        return match[1], int(match[2])
    return key or None, None


def yearly_fields() -> frozenset[str]:
    """Fields of which there is one figure a year, in each calibre (``rd``, ``rd@tax``)."""
    return frozenset(KEYS)


def is_money(field: str) -> bool:
    """Whether the field is an amount, kept in 万元."""
    return field.partition("@")[0] in _MONEY


def _unit(match: re.Match[str] | None, field: str) -> str | None:
    return match[0] if match and field in _MONEY else None
