"""Files that are damaged, disguised, protected or made to explode are refused in words, quickly and cheaply."""

import contextlib
import io
import time
import zipfile

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from cultivate.errors import FileUnreadable, NoKnownColumn
from cultivate.spreadsheets import limits, load

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def _refusal(content: bytes, name: str) -> str:
    with pytest.raises(FileUnreadable) as refusal:
        load(content, name, "firms")
    assert refusal.value.problem == "file-unreadable"
    return str(refusal.value)


def _archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return stream.getvalue()


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["企业名称", "信用代码"])
    book.active.append(["甲有限公司", "91330105MA2KCLP6X2"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.xlsx", "empty"),
        (b"\xef\xbb\xbf\r\n\r\n", "a.csv", "empty"),
        (b"\0" * 5000, "a.xls", "empty"),
        (_OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "password"),
        (_OLE + "WordDocument".encode("utf-16-le"), "a.doc", ".docx"),
        (_OLE + "Workbook".encode("utf-16-le"), "a.xls", "damaged"),
        (_OLE, "a.xls", "neither"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a.png", "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)), "名单.xlsx", "picture"),
        (b"%PDF-1.7\nnothing", "a.pdf", "damaged"),
        (b"PK\x03\x04 and nothing", "a.xlsx", "unpacked"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "web page"),
        (b"Rar!\x1a\x07\x00abc", "a.rar", "archive"),
        (bytes(range(256)) * 20, "a.csv", "no table"),
        (b"\x81\xff\x81\xff,\x81\xff", "a.csv", "no text"),
        (_archive(readme=b"hello"), "a.zip", "neither"),
        (_archive(xl__workbook=b"<a/>"), "a.xlsx", "damaged"),
        (_archive(**{"word__document.xml": b"<a>"}), "a.docx", "damaged"),
        (_archive(**{"word__document.xml": b"<a/>"}), "a.docx", "damaged"),
    ],
)
def test_refused_in_words(content: bytes, name: str, words: str) -> None:
    assert words in _refusal(content, name)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = _archive(**{"xl__workbook.xml": b"0" * 60_000_000})
    assert len(bomb) < 100_000
    started = time.perf_counter()
    assert "not opened" in _refusal(bomb, "a.xlsx")
    assert time.perf_counter() - started < 1


def test_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_BYTES", 100)
    assert "larger" in _refusal(b"a,b\n" * 100, "a.csv")


def test_a_damaged_workbook() -> None:
    content = bytearray(_workbook())
    content[len(content) // 2] ^= 0xFF
    content[len(content) // 3] ^= 0xFF
    _refusal(bytes(content[:-200]), "a.xlsx")


def test_a_scanned_pdf_says_that_it_is_a_picture() -> None:
    figure = Figure()
    FigureCanvasAgg(figure)
    figure.figimage(np.eye(20), resize=True)
    stream = io.BytesIO()
    figure.savefig(stream, format="pdf")
    assert "picture" in _refusal(stream.getvalue(), "扫描.pdf")


def test_a_stray_cell_in_the_last_row_does_not_take_the_memory() -> None:
    book = openpyxl.Workbook()
    book.active.append(["企业名称"] + [""] * 30)
    book.active.cell(1_048_576, 16_384, "x")
    stream = io.BytesIO()
    book.save(stream)
    assert "1048576" in _refusal(stream.getvalue(), "a.xlsx")


def test_a_million_empty_rows_are_no_rows() -> None:
    source = io.BytesIO(_workbook())
    target = io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                rows = "".join(f'<row r="{row}"><c r="A{row}"/></row>' for row in range(3, 1_048_577))
                content = content.replace(b"</sheetData>", rows.encode() + b"</sheetData>")
            new.writestr(name, content)
    assert [row.number for row in load(target.getvalue(), "a.xlsx", "firms").rows] == [2]


def test_an_entity_in_a_word_document_is_not_followed() -> None:
    document = b"""<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>
    <w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:tbl>
    <w:tr><w:tc><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"""
    with pytest.raises((FileUnreadable, NoKnownColumn)):
        load(_archive(**{"word__document.xml": document}), "a.docx", "firms")


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
)
def test_noise_is_refused_and_breaks_nothing(noise: bytes, head: bytes) -> None:
    with pytest.raises((FileUnreadable, NoKnownColumn)):
        load(head + noise, "a.csv", "firms")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=8))
def test_any_text_table_is_read_or_refused(rows: list[list[str]]) -> None:
    text = "企业名称,备注\n" + "\n".join(",".join(cell.replace('"', "") for cell in row) for row in rows)
    with contextlib.suppress(FileUnreadable, NoKnownColumn):
        load(text.encode("utf-8", "replace"), "a.csv", "firms")
