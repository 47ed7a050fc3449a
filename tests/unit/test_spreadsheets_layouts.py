"""Layouts other than the samples': two header rows, merged cells, units, split codes, pre-printed forms."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal

import docx
import openpyxl
import pytest

from cultivate.domain.roster_rules import check_firm_row
from cultivate.domain.unit_names import UnitNames
from cultivate.errors import NoKnownColumn
from cultivate.spreadsheets import Sheet, load
from cultivate.spreadsheets.titles import Meaning, fold, understand

CODE = "91330105MA2KCLP6X2"
OTHER = "91330105MA2H2DUJ92"


def workbook(*rows: Sequence[object], merge: Sequence[str] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    for area in merge:
        book.active.merge_cells(area)
    return book


def read(book: openpyxl.Workbook, name: str = "a.xlsx", *, certificates: bool = False) -> Sheet:
    stream = io.BytesIO()
    book.save(stream)
    return load(stream.getvalue(), name, "certificates" if certificates else "firms")


def read_csv(text: str, encoding: str = "utf-8", *, certificates: bool = False) -> Sheet:
    return load(text.encode(encoding), "a.csv", "certificates" if certificates else "firms")


@pytest.mark.parametrize(
    ("title", "field", "year", "unit"),
    [
        ("企业名称", "name", None, None),
        ("*企业名称（全称）", "name", None, None),
        ("单 位\n名 称", "name", None, None),
        ("统一社会信用代码", "uscc", None, None),
        ("注册资本（万元）", "registered_capital", None, "万元"),
        ("注册资本(元)", "registered_capital", None, "元"),
        ("2024年销售收入（万元）", "sales", 2024, "万元"),
        ("２０２４年度营业收入", "sales", 2024, None),
        ("研发费用（2023年，千元）", "rd", 2023, "千元"),
        ("Ⅰ类知识产权", "class1_ip", None, None),
        ("II类知识产权数", "class2_ip", None, None),
        ("所在区（县、市）", "region", None, None),
        ("县（市、区）", "region", None, None),
        ("Company Name", "name", None, None),
        ("Credit code", "uscc", None, None),
        ("Sales 2024", "sales", 2024, None),
        ("R&D spending 2024", "rd", 2024, None),
        ("拱墅区科技企业培育库摸排表（企业名称）", None, None, None),
        ("销售收入", None, None, None),
    ],
)
def test_titles(title: str, field: str | None, year: int | None, unit: str | None) -> None:
    assert understand(fold(title)) == (Meaning(field, year, unit) if field else None)


def test_two_header_rows_with_merged_years() -> None:
    sheet = read(
        workbook(
            ["摸排表", None, None, None],
            ["企业名称", "统一社会信用代码", "销售收入（万元）", None],
            [None, None, "2023年", "2024年"],
            ["杭州甲科技有限公司", CODE, 5, 7],
            merge=["A1:D1", "A2:A3", "B2:B3", "C2:D2"],
        )
    )
    assert sheet.header_row == 3
    assert [column.key for column in sheet.columns] == ["name", "uscc", "sales_2023", "sales_2024"]
    assert [(row.number, row.cells["sales_2024"]) for row in sheet.rows] == [(4, "7")]


def test_a_street_merged_down_is_each_firms() -> None:
    sheet = read(
        workbook(
            ["街道", "企业名称"],
            ["东新街道", "甲有限公司"],
            [None, "乙有限公司"],
            ["大关街道", "丙有限公司"],
            merge=["A2:A3"],
        )
    )
    assert [row.cells["street"] for row in sheet.rows] == ["东新街道", "东新街道", "大关街道"]


def test_headings_totals_notes_and_printed_numbers_are_no_rows() -> None:
    sheet = read(
        workbook(
            ["企业名单"],
            ["序号", "企业名称", "信用代码"],
            [1, 2, 3],
            ["一、东新街道（1家）"],
            [1, "杭州甲科技有限公司", CODE],
            ["小 计", 1],
            ["序号", "企业名称", "信用代码"],
            ["大关街道"],
            [2, None, OTHER],
            [3, None, None],
            [4, "  ", None],
            ["注：以上数据由各街道填报"],
            ["合计：", "2家"],
            [None, "总计", None],
        )
    )
    assert [(row.number, row.region) for row in sheet.rows] == [(5, "东新街道"), (9, "大关街道")]


def test_a_heading_serves_as_street() -> None:
    units = UnitNames([("330105018", "东新街道", "street")])
    checked = check_firm_row({"name": "甲有限公司"}, units, region="东新街道")
    assert checked.values["street"] == "330105018"


def test_amounts_in_yuan_become_ten_thousands() -> None:
    sheet = read_csv("企业名称,2024年销售收入（元）,2024年研发费用（万元）\n甲有限公司,15000000,30\n")
    values = check_firm_row(sheet.rows[0].cells, UnitNames([])).values
    assert (values["sales_2024"], values["rd_2024"]) == (Decimal(1500), Decimal(30))


def test_a_unit_above_the_table_counts_for_all_amounts() -> None:
    sheet = read_csv("摸排表\n金额单位：元\n企业名称,2024年销售收入\n甲有限公司,15000000\n")
    assert check_firm_row(sheet.rows[0].cells, UnitNames([])).values["sales_2024"] == 1500


def test_the_sheet_with_the_list_is_chosen_and_hidden_ones_are_not() -> None:
    book = workbook(["填表说明"], ["企业名称", "请填写全称"])
    listed = book.create_sheet("名单")
    for row in (["企业名称", "信用代码", "街道"], ["甲有限公司", CODE, "东新"]):
        listed.append(row)
    hidden = book.create_sheet("旧")
    for row in (
        ["企业名称", "信用代码", "街道"],
        ["乙有限公司", OTHER, "东新"],
        ["丙有限公司", None, "东新"],
    ):
        hidden.append(row)
    hidden.sheet_state = "hidden"
    assert read(book).name == "名单"


def test_hidden_rows_are_read() -> None:
    book = workbook(["企业名称"], ["甲有限公司"], ["乙有限公司"])
    book.active.row_dimensions[3].hidden = True
    assert [row.number for row in read(book).rows] == [2, 3]


def test_calculated_formulas_count_as_their_value_and_others_as_text() -> None:
    book = workbook(["企业名称", "备注", "职工总数"], ["甲有限公司", "=1+1", "=2+3"])
    assert read(book).rows[0].cells == {"name": "甲有限公司", "note": "=1+1", "staff": "=2+3"}


def test_numbers_days_and_codes_out_of_cells() -> None:
    book = workbook(
        ["企业名称", "信用代码", "成立日期", "职工总数", "2024年研发费用"],
        ["甲有限公司", 9.13301053281951e17, dt.date(2020, 1, 2), 12.0, 0.1 + 0.2],
    )
    assert list(read(book).rows[0].cells.values()) == [
        "甲有限公司",
        "9.13301053281951e+17",
        dt.date(2020, 1, 2),
        "12",
        "0.3",
    ]


def test_a_code_split_into_two_columns_is_put_together() -> None:
    sheet = read_csv(
        f"序号,企业名称,统一社会信用代码,\n1,甲有限公司,{CODE[:10]},{CODE[10:]}\n2,乙有限公司,{OTHER},\n"
    )
    assert [row.cells["uscc"] for row in sheet.rows] == [CODE, OTHER]


@pytest.mark.parametrize(("value", "key"), [(CODE, "uscc"), ("GR202433015698", "certificate_number")])
def test_a_column_of_codes_or_numbers_is_told_by_its_contents(value: str, key: str) -> None:
    sheet = read_csv(f"序号,企业名称,编号/代码\n1,甲有限公司,{value}\n", certificates=True)
    assert sheet.rows[0].cells[key] == value


def test_renaming_lists_take_the_present_name() -> None:
    sheet = read_csv(
        "原名称,现名称,证书编号,发证日期\n旧有限公司,新有限公司,GR202433015698,2024-12-06\n",
        certificates=True,
    )
    assert sheet.rows[0].cells["name"] == "新有限公司"
    assert sheet.rows[0].cells["former_name"] == "旧有限公司"


def test_a_region_column_carries_down() -> None:
    sheet = read_csv("区县,企业名称\n拱墅区,甲有限公司\n,乙有限公司\n西湖区,丙有限公司\n", certificates=True)
    assert [row.region for row in sheet.rows] == ["拱墅区", "拱墅区", "西湖区"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = f'企业名称{delimiter}街道\r\n\r\n"甲\n有限公司"{delimiter}东新\r\n'
    rows = read_csv(text, encoding).rows
    assert [(row.number, row.cells["street"]) for row in rows] == [(3, "东新")]


def test_word_tables_of_several_batches_with_two_header_rows() -> None:
    document = docx.Document()
    for region, name in (("一、拱墅区（1家）", "甲有限公司"), ("二、西湖区（1家）", "乙有限公司")):
        document.add_paragraph(region)
        table = document.add_table(3, 3)
        for column, title in enumerate(["序号", "企业信息", ""]):
            table.cell(0, column).text = title
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(0, 0).merge(table.cell(1, 0))
        for column, title in enumerate(["", "企业名称", "统一社会信用代码"]):
            table.cell(1, column).text = table.cell(1, column).text or title
        for column, text in enumerate(["1", name, CODE]):
            table.cell(2, column).text = text
    stream = io.BytesIO()
    document.save(stream)
    sheet = load(stream.getvalue(), "名单.docx", "certificates")
    assert [(row.number, row.cells["name"], row.region) for row in sheet.rows] == [
        (3, "甲有限公司", "拱墅区"),
        (6, "乙有限公司", "西湖区"),
    ]


def test_a_known_column_that_names_no_firm_is_not_enough() -> None:
    with pytest.raises(NoKnownColumn):
        read_csv("街道,联系人\n东新,王\n")


def test_an_open_document_with_its_endless_empty_rows() -> None:
    def cells(*texts: str) -> str:
        return "".join(
            f'<t:table-cell o:value-type="string"><x:p>{text}</x:p></t:table-cell>' for text in texts
        )

    content = (
        '<o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        ' xmlns:x="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:spreadsheet><t:table t:name="名单">'
        f"<t:table-row>{cells('企业名称', '街道')}</t:table-row>"
        f"<t:table-row>{cells('甲有限公司', '东新')}</t:table-row>"
        '<t:table-row t:number-rows-repeated="1048574"><t:table-cell t:number-columns-repeated="16384"/>'
        "</t:table-row>"
        "</t:table></o:spreadsheet></o:body></o:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", _with_usual_prefixes(content))
    sheet = load(stream.getvalue(), "a.ods", "firms")
    assert (sheet.name, [row.cells["street"] for row in sheet.rows]) == ("名单", ["东新"])


def _with_usual_prefixes(content: str) -> str:
    """Readers of this format look for the customary prefixes."""
    for short, usual in (("o", "office"), ("t", "table"), ("x", "text")):
        for mark in ("<", "</", " ", "xmlns:"):
            ending = "=" if mark == "xmlns:" else ":"
            content = content.replace(f"{mark}{short}{ending}", f"{mark}{usual}{ending}")
    return content
