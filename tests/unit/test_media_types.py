"""What a paper is, by its content."""

import io
import zipfile

import pytest

from cultivate.domain import media_types
from cultivate.domain.media_types import clean_name, recognise
from cultivate.errors import Invalid

OFFICE = "application/vnd.openxmlformats-officedocument."
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504


def packed(*names: str, **contents: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")  # of no hour: the bytes name the test
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def kind(content: bytes, name: str = "x") -> str:
    return recognise(io.BytesIO(content), name)


def refusal(content: bytes, name: str = "x") -> str:
    with pytest.raises(Invalid) as error:
        kind(content, name)
    assert error.value.field == "file"
    return error.value.problem


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "image/png"),
        (b"GIF89a\x01\x00", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00", "image/heic"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (packed("[Content_Types].xml", "word/document.xml"), f"{OFFICE}wordprocessingml.document"),
        (packed("[Content_Types].xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (packed("[Content_Types].xml", "ppt/presentation.xml"), f"{OFFICE}presentationml.presentation"),
        (
            packed("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
            "application/vnd.oasis.opendocument.text",
        ),
        (packed("材料/审计报告.pdf"), "application/zip"),
        (OLE + "Root Entry".encode("utf-16-le") + "WordDocument".encode("utf-16-le"), "application/msword"),
        (OLE + b"\x00" * media_types.CHUNK + "Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ],
)
def test_papers_that_offices_have(content: bytes, expected: str) -> None:
    assert kind(content) == expected


@pytest.mark.parametrize("text", ["企业名称,代码\n甲,1".encode(), "企业名称,代码\n甲,1".encode("gb18030")])
def test_plain_text_in_either_encoding(text: bytes) -> None:
    assert kind(text, "名单.csv") == "text/plain"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "file-empty"),
        (b"\xef\xbb\xbf \r\n", "a.txt", "file-empty"),
        (b"MZ\x90\x00\x03", "licence.jpg", "file-kind"),
        (b"\x7fELF\x02\x01", "a.pdf", "file-kind"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a.txt", "file-runs"),
        (b"  \n<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.png", "file-runs"),
        (b"<?xml version='1.0'?><svg/>", "a.txt", "file-runs"),
        (b"#!/bin/sh\nrm -rf /", "a.txt", "file-runs"),
        (b"@echo off\r\ndel *", "a.txt", "file-runs"),
        (b"alert(1)", "a.js", "file-runs"),
        (b"dir", "a.bat", "file-runs"),
        (b"alert(1)", "a.dat", "file-kind"),
        (b"text \x00 with NUL", "a.txt", "file-kind"),
        (b"\xff\xfe\x00binary\x81\x00", "a.csv", "file-kind"),
        (OLE + "Property".encode("utf-16-le"), "setup.msi", "file-kind"),
        (packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "a.docx", "file-runs"),
        (packed("[Content_Types].xml", "other/x.xml"), "a.docx", "file-kind"),
        (packed("META-INF/MANIFEST.MF", "A.class"), "a.zip", "file-runs"),
        (packed("材料/点我.exe"), "a.zip", "file-runs"),
        (packed("a/install.SCR "), "a.zip", "file-runs"),
        (packed("a.txt")[:-10], "a.zip", "file-damaged"),
        (b"PK\x03\x04" + b"\x00" * 100, "a.zip", "file-damaged"),
    ],
)
def test_what_runs_or_is_not_known_is_refused(content: bytes, name: str, code: str) -> None:
    assert refusal(content, name) == code


def test_an_archive_of_a_million_names_is_not_read_into_memory() -> None:
    entry = b"PK\x01\x02" + b"\x14\x00\x14\x00" + b"\x00" * 38 + b"n"
    directory = entry * 100_000
    end = b"PK\x05\x06" + b"\x00" * 4 + b"\xff\xff\xff\xff" + len(directory).to_bytes(4, "little")
    assert refusal(b"PK\x03\x04" + directory + end + b"\x04\x00\x00\x00\x00\x00") == "file-kind"


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        ("营业执照.JPG", "image/jpeg", "营业执照.JPG"),
        ("C:\\temp\\..\\审计报告.pdf", "application/pdf", "审计报告.pdf"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("licence.exe", "image/png", "licence.exe.png"),
        ("old.doc", f"{OFFICE}wordprocessingml.document", "old.docx"),
        ('a<b>"c"\r\nSet-Cookie: x|.pdf', "application/pdf", "abcSet-Cookie x.pdf"),
        ("\u202egnp.exe", "image/png", "gnp.exe.png"),
        ("", "application/pdf", "file.pdf"),
        (".pdf", "application/pdf", "pdf.pdf"),
        ("名" * 300 + ".pdf", "application/pdf", "名" * 196 + ".pdf"),
    ],
)
def test_names_are_made_harmless_and_say_what_the_content_is(name, media_type, expected) -> None:
    assert clean_name(name, media_type) == expected
