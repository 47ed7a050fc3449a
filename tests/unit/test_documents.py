import io
from datetime import date

import pdfplumber
import pytest
from flask import Flask

from cultivate import i18n
from cultivate.paths import PACKAGE
from cultivate.reports.pdf import document, style
from cultivate.reports.pdf.blocks import Beside, Column, Heading, Pairs, Paper, Ruled, Seal, Table, Text

DAY = date(2026, 11, 23)
NAMES = Table([Column("序号", 1, "right"), Column("企业", 6), Column("说明", 4)], [])


@pytest.fixture(autouse=True)
def speaking():
    app = Flask(__name__)
    app.config["TIMEZONE"] = "Asia/Shanghai"
    i18n.init_app(app, str(PACKAGE / "translations"))
    with app.app_context():
        yield


def paper(*blocks, **options):
    return Paper(title="推荐名单", unit="拱墅区科技局", day=DAY, blocks=blocks, **options)


def table(rows):
    return Table(NAMES.columns, rows)


def pages(pdf):
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        return [page.extract_text() for page in opened.pages]


def gb2312():
    pairs = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return {text for pair in pairs if (text := pair.decode("gb2312", errors="ignore"))}


def test_every_character_of_gb2312_and_rare_ones_of_names_have_a_glyph():
    known = gb2312()
    assert len(known) == 6763
    text = "".join(sorted(known)) + "䶮犇骉㙱ⅠⅡαЖ①〇％（）"
    assert style.printable(text) == text


def test_what_the_font_lacks_is_shown_and_does_not_vanish():
    assert style.printable("甲😀乙\ue000丙\x07丁") == "甲□乙□丙丁"
    assert "甲□乙" in pages(document.render([paper(Text("甲😀乙"))], "t"))[0]


def test_text_comes_back_out_of_the_file():
    blocks = [
        Heading("企业 <1> & 联系人", "截至当日"),
        Pairs([("统一社会信用代码", "91330105FAKE0001X2"), ("地址", "石祥路59号3幢")]),
        table([["1", "杭州犇骉䶮科技有限公司", "差 34.0 万元"]]),
        Ruled(3),
    ]
    (text,) = pages(document.render([paper(*blocks)], "t"))
    for words in ("推荐名单", "拱墅区科技局", "2026-11-23", "企业 <1> & 联系人", "91330105FAKE0001X2"):
        assert words in text
    assert "杭州犇骉䶮科技有限公司" in text
    assert "第 1 页，共 1 页" in text


def test_a_long_table_repeats_its_head_and_pages_are_counted():
    rows = [[str(number), f"杭州试样{number:03d}科技有限公司", ""] for number in range(1, 121)]
    found = pages(document.render([paper(table(rows), landscape=True)], "t"))
    assert len(found) > 2
    assert all("序号" in text for text in found)
    assert [f"第 {number} 页，共 {len(found)} 页" in text for number, text in enumerate(found, 1)] == [
        True
    ] * len(found)
    assert sum(text.count("科技有限公司") for text in found) == 120


def test_a_paper_of_one_page_sets_smaller_what_would_run_over():
    rows = [[str(number), "很长的说明" * 6, ""] for number in range(55)]
    whole = paper(table(rows))
    assert len(pages(document.render([whole], "t"))) == 2
    both = Beside([table(rows)], [Text("右")])
    for block in (table(rows), both):
        (text,) = pages(document.render([paper(block, one_page=True)], "t"))
        assert "54" in text


def test_signatures_stay_with_the_seal():
    for number in range(26, 34):
        rows = [[str(each), "杭州试样科技有限公司", ""] for each in range(number)]
        seal = Seal("半山街道办事处", ["填表人", "审核人", "负责人"])
        found = pages(document.render([paper(table(rows), seal)], "t"))
        assert any(
            "填表人：" in text and "填报单位（盖章）：半山街道办事处" in text and "日期：" in text
            for text in found
        )


def test_several_papers_in_one_file_and_the_same_bytes_each_time():
    papers = [paper(Text("甲")), paper(Text("乙"), landscape=True)]
    made = document.render(papers, "两份")
    assert made == document.render(papers, "两份")
    with pdfplumber.open(io.BytesIO(made)) as opened:
        assert [page.width > page.height for page in opened.pages] == [False, True]
        assert "第 2 页，共 2 页" in opened.pages[1].extract_text()
        assert opened.metadata["Title"] == "两份"


def test_english_words_are_not_cut():
    words = "Hangzhou Cloud Innovation Technology Company Limited by Shares Established"
    with i18n.in_language("en"):
        (text,) = pages(document.render([paper(table([["1", words, words]]))], "t"))
    assert "Page 1 of 1" in text
    assert {"Hangzhou", "Innovation", "Technology", "Established"} <= set(text.split())
