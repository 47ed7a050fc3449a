"""What kind of file it is, by its content: names and endings lie (an .xls is often a web page)."""

from typing import Literal

from cultivate.errors import N_, FileUnreadable
from cultivate.spreadsheets.limits import check_archive

Format = Literal["xlsx", "xls", "ods", "docx", "pdf", "text"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"RIFF")
_OTHER_ARCHIVES = (b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
_TEXT_ENDINGS = (".csv", ".tsv", ".txt")


def sniff(content: bytes, filename: str) -> Format:
    """The format, or a refusal that says what the file is and what to do."""
    if content.startswith(b"PK"):
        return _in_archive(check_archive(content))
    if content.startswith(_OLE):
        return _in_compound_file(content)
    if content[:1024].lstrip().startswith(b"%PDF"):
        return "pdf"
    _refuse_pictures(content)
    return _text(content, filename)


def _refuse_pictures(content: bytes) -> None:
    if content.startswith(_PICTURES) and b"\x00" in content[:64]:
        raise FileUnreadable(
            N_("This is a picture. Ask the sender for the workbook, or type the list into one."), field="file"
        )
    if content.startswith(_OTHER_ARCHIVES):
        raise FileUnreadable(
            N_("This is a packed archive. Unpack it and upload the list inside."), field="file"
        )


def _in_archive(names: list[str]) -> Format:
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names:
        return "ods"
    raise FileUnreadable(N_("The file is neither a workbook nor a Word document."), field="file")


def _in_compound_file(content: bytes) -> Format:
    """Old Office files share one container; the names of its streams are in UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        raise protected()
    if holds("WordDocument"):
        raise FileUnreadable(
            N_("This is an old Word document (.doc). Open it and save it as .docx."), field="file"
        )
    if holds("Workbook") or holds("Book"):
        return "xls"
    raise FileUnreadable(N_("The file is neither a workbook nor a Word document."), field="file")


def protected() -> FileUnreadable:
    """The refusal of a file that asks for a password."""
    return FileUnreadable(
        N_("The file is protected by a password. Save it without one and upload it again."), field="file"
    )


def _text(content: bytes, filename: str) -> Format:
    head = content[:4096].lstrip(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<?xml")):
        raise FileUnreadable(
            N_("This is a web page with the name of a workbook. Open it and save it as .xlsx."), field="file"
        )
    if b"\x00" in content[:65536] and not content.startswith(_BYTE_ORDER_MARKS):
        raise FileUnreadable(N_("The file is no table in any format that can be read here."), field="file")
    if not filename.lower().endswith(_TEXT_ENDINGS) and not _looks_delimited(head):
        raise FileUnreadable(N_("The file is no table in any format that can be read here."), field="file")
    return "text"


def _looks_delimited(head: bytes) -> bool:
    return any(mark in head.split(b"\n", 1)[0] for mark in (b",", b"\t", b";"))
