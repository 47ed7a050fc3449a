"""Type, sizes and colours of the documents."""

import re
from functools import cache
from html import escape
from threading import Lock

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from cultivate.reports import fonts, palette
from cultivate.reports.pdf.blocks import Align

REGULAR, BOLD = "NotoSansSC", "NotoSansSC-Bold"
#: stands where the font has no glyph, so that a character never vanishes
REPLACEMENT = "□"
MARGIN = 16 * mm
INK = HexColor(palette.INK)
QUIET = HexColor(palette.QUIET)
LINE = HexColor("#9aa3ae")
"""Darker than on the screen: office printers lose the lightest greys."""
GROUND = HexColor("#eef0f3")

_ALIGNED = {"left": TA_LEFT, "right": TA_RIGHT, "center": TA_CENTER}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_lock = Lock()


@cache
def _glyphs() -> frozenset[int]:
    """Register the fonts, once a process; the code points that they hold."""
    with _lock:
        pdfmetrics.registerFont(TTFont(REGULAR, str(fonts.REGULAR)))
        pdfmetrics.registerFont(TTFont(BOLD, str(fonts.BOLD)))
        # the markup <b> finds the second font
        pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    return frozenset(pdfmetrics.getFont(REGULAR).face.charToGlyph)


def printable(text: str) -> str:
    """The text with control characters taken out and a visible mark for what the font cannot show."""
    glyphs = _glyphs()
    clean = _CONTROL.sub("", text.replace("\t", " "))
    return "".join(each if each == "\n" or ord(each) in glyphs else REPLACEMENT for each in clean)


class _Wrapped(Paragraph):  # type: ignore[misc]  # the library has no types
    """Broken into lines once for a width: measuring, tables and drawing ask up to four times for the same."""

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Size at that width; the height there is changes nothing of it."""
        asked: tuple[float, tuple[float, float]] | None = getattr(self, "_asked", None)
        if asked is None or asked[0] != width:
            asked = self._asked = (width, super().wrap(width, height))
        return asked[1]


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a line is, in points."""
    return float(pdfmetrics.stringWidth(printable(text), BOLD if bold else REGULAR, size))


def paragraph(
    text: str,
    size: float = 9,
    *,
    bold: bool = False,
    quiet: bool = False,
    align: Align = "left",
    before: float = 0,
    after: float = 0,
) -> Paragraph:
    """A paragraph that breaks between Chinese characters, and never inside the rules of 避头尾."""
    style = ParagraphStyle(
        name="text",
        fontName=BOLD if bold else REGULAR,
        fontSize=size,
        leading=size * 1.4,
        textColor=QUIET if quiet else INK,
        alignment=_ALIGNED[align],
        wordWrap="CJK",
        spaceBefore=before,
        spaceAfter=after,
    )
    # the library would run blanks together; these stay
    shown = escape(printable(text)).replace("　", "\xa0\xa0\xa0").replace("\n", "<br/>")
    return _Wrapped(shown, style)
