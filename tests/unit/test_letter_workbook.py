"""The workbook of a letter: what a person sees who opens it."""

import io

import pandas as pd
from openpyxl import load_workbook

from cultivate.reports.workbook import Sheet, build


def test_the_head_of_a_column_of_numbers_stands_over_them() -> None:
    table = pd.DataFrame({"单位": ["米市巷街道", "=1+1"], "在培": [3, 41], "目标": [1, None]})
    made = load_workbook(io.BytesIO(build([Sheet("街道", "漏斗", "截至", table)], "拱墅 & 第47周")))
    page = made.worksheets[0]
    assert [cell.alignment.horizontal for cell in page[3]] == [None, "right", "right"]
    assert [cell.data_type for cell in page["A"][3:]] == ["s", "s"]
