"""How large a file may be, checked before a parser sees it."""

import io
import zipfile
import zlib

from cultivate.errors import N_, FileUnreadable

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 500 * 1024 * 1024
MAX_LINES = 200_000
MAX_COLUMNS = 300
MAX_CELLS = 6_000_000
MAX_PAGES = 1_000

_MAX_ENTRIES = 5_000
# Sheets that are all alike compress to a hundredth; only what was made to explode goes far beyond.
_MAX_RATIO = 250
_RATIO_MATTERS_FROM = 20 * 1024 * 1024
_CHUNK = 1024 * 1024


def check_size(content: bytes) -> None:
    """Refuse an empty and an overly large file."""
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise FileUnreadable(N_("The file is empty."), field="file")
    if len(content) > MAX_BYTES:
        raise FileUnreadable(
            N_("The file is larger than %(megabytes)s MB."), field="file", megabytes=MAX_BYTES // 1024**2
        )


def check_archive(content: bytes) -> list[str]:
    """Unpack a zip container to nowhere, refuse bombs and damage, and return the names inside.

    Declared sizes may lie; ``zipfile`` stops at the declared size and then finds the checksum wrong.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_declared(entries, len(content))
            for entry in entries:
                _unpack(archive, entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise FileUnreadable(N_("The file is damaged: it cannot be unpacked."), field="file") from error
    return [entry.filename for entry in entries]


def too_large_unpacked() -> FileUnreadable:
    """The refusal of a file that is small on the disk only."""
    return FileUnreadable(
        N_("The file holds far more than a list of firms can: it is not opened."), field="file"
    )


def too_many_lines() -> FileUnreadable:
    """The refusal of a table that goes on and on."""
    return FileUnreadable(N_("The table has more than %(lines)s lines."), field="file", lines=MAX_LINES)


def _check_declared(entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    explosive = unpacked > _RATIO_MATTERS_FROM and unpacked > _MAX_RATIO * size
    if len(entries) > _MAX_ENTRIES or unpacked > MAX_UNPACKED_BYTES or explosive:
        raise too_large_unpacked()


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    with archive.open(entry) as stream:
        while stream.read(_CHUNK):
            pass
