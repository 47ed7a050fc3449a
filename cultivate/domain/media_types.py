"""What a paper is, by its content: names and announced types lie.

Only what is listed here is taken. Everything that a browser or a desktop would run (programs, scripts, web pages,
SVG, macros) is refused, and so is whatever is not known.
"""

import codecs
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Literal

from cultivate.errors import N_, Invalid

MAX_MEGABYTES = 50
CHUNK = 1024 * 1024
Preview = Literal["picture", "pdf"]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of content, its file endings (the first is given where a name has none), and how it is looked at."""

    endings: tuple[str, ...]
    preview: Preview | None = None


_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
TEXT, ZIP, PDF = "text/plain", "application/zip", "application/pdf"
FORMATS: dict[str, Format] = {
    "image/jpeg": Format((".jpg", ".jpeg", ".jpe", ".jfif"), "picture"),
    "image/png": Format((".png",), "picture"),
    "image/webp": Format((".webp",), "picture"),
    "image/gif": Format((".gif",), "picture"),
    "image/heic": Format((".heic", ".heif")),  # few browsers show it
    PDF: Format((".pdf",), "pdf"),
    f"{_OFFICE}wordprocessingml.document": Format((".docx",)),
    f"{_OFFICE}spreadsheetml.sheet": Format((".xlsx",)),
    f"{_OFFICE}presentationml.presentation": Format((".pptx",)),
    "application/msword": Format((".doc", ".wps")),
    "application/vnd.ms-excel": Format((".xls", ".et")),
    "application/vnd.ms-powerpoint": Format((".ppt", ".dps")),
    f"{_ODF}text": Format((".odt",)),
    f"{_ODF}spreadsheet": Format((".ods",)),
    f"{_ODF}presentation": Format((".odp",)),
    TEXT: Format((".txt", ".csv", ".tsv")),
    ZIP: Format((".zip",)),
}
_ENDINGS = {ending for each in FORMATS.values() for ending in each.endings}

_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", PDF),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
#: old Office files share one container; the names of its streams are in UTF-16
_OLE_STREAMS = (
    ("WordDocument".encode("utf-16-le"), "application/msword"),
    ("PowerPoint Document".encode("utf-16-le"), "application/vnd.ms-powerpoint"),
    ("Workbook".encode("utf-16-le"), "application/vnd.ms-excel"),
    ("\x00B\x00o\x00o\x00k\x00\x00".encode("latin-1"), "application/vnd.ms-excel"),
)
_OOXML_FOLDERS = {
    "word/": f"{_OFFICE}wordprocessingml.document",
    "xl/": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/": f"{_OFFICE}presentationml.presentation",
}
_ODF_TYPES = {kind.encode(): kind for kind in FORMATS if kind.startswith(_ODF)}
#: the directory at an archive's end: what lists more is no paper, and Python would hold it in memory
_MAX_DIRECTORY = 1024 * 1024
#: endings that a desktop runs when somebody clicks on them
_RUNS = re.compile(
    r"\.(exe|com|scr|pif|bat|cmd|ps1|vbs?|vbe|jse?|mjs|wsf|hta|msi|msp|lnk|reg|jar|class|dex|apk|app|dll|sys|so"
    r"|sh|py|rb|pl|php|jsp|aspx?|html?|xhtml|svgz?|mht(ml)?|chm|url|docm|xlsm|pptm|xlam?|iso|img)$",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    rb"<(!doctype|html|head|body|script|svg|iframe|object|embed|meta|link|table|style|\?xml|\?php|%)|^#!|^@echo\b",
    re.IGNORECASE,
)
_BAD_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_TEXT_HEAD = 64 * 1024


def recognise(stream: IO[bytes], name: str) -> str:
    """The media type of a file that can be sought in, or ``Invalid``; the name only decides on plain text."""
    stream.seek(0)
    head = stream.read(_TEXT_HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise Invalid(N_("The file is empty."), field="file", code="file-empty")
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return "image/heic"
    if head.startswith(_OLE):
        return _compound(stream)
    if head.startswith(b"PK"):
        return _archive(stream)
    return _text(stream, head, name)


def clean_name(name: str, media_type: str) -> str:
    """The last part of a path of either kind, printable, with an ending that says what the content is."""
    plain = PureWindowsPath(PurePosixPath(name.strip()).name).name
    plain = "".join(c for c in plain if c.isprintable() and c not in '<>:"/\\|?*').strip(". ")
    endings = FORMATS[media_type].endings
    found = re.search(r"\.[A-Za-z0-9]{1,5}$", plain)
    ending = found.group() if found else ""
    if ending.lower() not in endings:
        known = ending.lower() in _ENDINGS
        plain = (plain[: -len(ending)] if known else plain) + endings[0]
        ending = endings[0]
    stem = plain[: -len(ending)] or "file"
    return stem[: 200 - len(ending)] + ending


def too_large() -> Invalid:
    """The refusal of a paper over the limit."""
    return Invalid(
        N_("The file is larger than %(megabytes)s MB. Make it smaller, or split it."),
        field="file",
        code="file-too-large",
        megabytes=MAX_MEGABYTES,
    )


def _unknown() -> Invalid:
    return Invalid(
        N_("This kind of file is not kept. Pictures, PDF, Office files, plain text and zip archives are."),
        field="file",
        code="file-kind",
    )


def _damaged() -> Invalid:
    return Invalid(N_("The file is damaged: it cannot be unpacked."), field="file", code="file-damaged")


def _runs() -> Invalid:
    return Invalid(
        N_("The file holds a program, a script or macros. Save it without them, or print it to PDF."),
        field="file",
        code="file-runs",
    )


def _compound(stream: IO[bytes]) -> str:
    """Which old Office file it is; installers share the container and are refused. Names may lie anywhere."""
    stream.seek(0)
    before = b""
    while part := stream.read(CHUNK):
        window = before + part
        for name, found in _OLE_STREAMS:
            if name in window:
                return found
        before = part[-64:]
    raise _unknown()


def _archive(stream: IO[bytes]) -> str:
    _check_directory(stream)
    try:
        with zipfile.ZipFile(stream) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    return _ODF_TYPES.get(entry.read(200).strip()) or _packed(names)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise _damaged() from error
    except (ValueError, UnicodeDecodeError) as error:
        raise _damaged() from error
    return _packed(names)


def _packed(names: list[str]) -> str:
    """An Office file by its folders, else a plain archive without anything that runs."""
    if any(PurePosixPath(name).name.lower() == "vbaproject.bin" for name in names):
        raise _runs()
    if "[Content_Types].xml" in names:
        for folder, found in _OOXML_FOLDERS.items():
            if any(name.startswith(folder) for name in names):
                return found
        raise _unknown()
    if any(_RUNS.search(name.rstrip("/. ")) for name in names):
        raise _runs()
    return ZIP


def _check_directory(stream: IO[bytes]) -> None:
    """Look at the directory's size before Python reads it; papers of 50 MB need no ZIP64."""
    size = stream.seek(0, 2)
    stream.seek(max(0, size - 65_600))
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22 or tail[max(0, at - 20) : at].startswith(b"PK\x06\x07"):
        raise _damaged()
    (length,) = struct.unpack_from("<I", tail, at + 12)
    if length > _MAX_DIRECTORY:
        raise _unknown()
    stream.seek(0)


def _text(stream: IO[bytes], head: bytes, name: str) -> str:
    """Plain text in UTF-8 or GB18030, to its last byte, that is no web page and no script."""
    if _RUNS.search(name.strip()) or _MARKUP.search(head):
        raise _runs()
    if not name.strip().lower().endswith(FORMATS[TEXT].endings):
        raise _unknown()
    if not any(_reads(stream, encoding) for encoding in ("utf-8", "gb18030")):
        raise _unknown()
    return TEXT


def _reads(stream: IO[bytes], encoding: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := stream.read(CHUNK):
            if _BAD_CONTROLS.search(decoder.decode(part)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
