"""PDFs of the documents: A4, page n of m, the same bytes for the same document."""

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepInFrame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
)

from cultivate.i18n import _, language
from cultivate.reports.pdf import style
from cultivate.reports.pdf.blocks import Paper
from cultivate.reports.pdf.flowables import Space, head, stack

FOOT = 14 * mm
FOOT_SIZE = 8
#: how much smaller type may become so that a document keeps to its page
SCALES = (1, 0.95, 0.9, 0.85, 0.8)


def render(papers: Sequence[Paper], title: str) -> bytes:
    """One file of these documents, each from a new page on; pages are counted through."""
    style.printable(title)  # the fonts are there from here on
    target = io.BytesIO()
    pdf = BaseDocTemplate(
        target,
        title=title,
        author=papers[0].unit,
        lang="en" if language() == "en" else "zh-CN",
        invariant=1,  # no clock in it: the same document is the same file
        pageTemplates=[_template(number, paper) for number, paper in enumerate(papers)],
    )
    story: list[Flowable] = []
    for number, paper in enumerate(papers):
        if number:
            story += [NextPageTemplate(str(number)), PageBreak()]
        story += _content(paper)
    pdf.build(story, canvasmaker=_CountingCanvas)
    return target.getvalue()


def _room(paper: Paper) -> tuple[float, float]:
    width, height = landscape(A4) if paper.landscape else A4
    return width - 2 * style.MARGIN, height - style.MARGIN - FOOT - 4 * mm


def _template(number: int, paper: Paper) -> PageTemplate:
    width, height = _room(paper)
    frame = Frame(style.MARGIN, FOOT + 4 * mm, width, height, 0, 0, 0, 0)
    size = landscape(A4) if paper.landscape else A4
    return PageTemplate(str(number), [frame], onPage=partial(_begin, paper), pagesize=size)


def _begin(paper: Paper, canvas: Canvas, _document: BaseDocTemplate) -> None:
    canvas.paper = paper


def _content(paper: Paper) -> list[Flowable]:
    width, height = _room(paper)
    if not paper.one_page:
        return _laid_out(paper, Space(width))
    for scale in SCALES:
        content = _laid_out(paper, Space(width, scale))
        if _height(content, width) <= height:
            return content
    return [KeepInFrame(width, height, _laid_out(paper, Space(width, SCALES[-1])), mode="shrink")]


def _laid_out(paper: Paper, space: Space) -> list[Flowable]:
    return [*head(paper, space), *stack(paper.blocks, space)]


def _height(content: Sequence[Flowable], width: float) -> float:
    """At most; the library lets the larger of two gaps stand."""
    heights = [each.wrap(width, 1e6)[1] + each.getSpaceBefore() + each.getSpaceAfter() for each in content]
    return float(sum(heights))


class _CountingCanvas(Canvas):  # type: ignore[misc]  # the library has no types
    """Writes the foot of each page when it knows how many there are."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 the library's name
        """Keep the page until all are laid out."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Give every page its foot, then write them all."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._foot(self.paper, number, len(self._pages))
            super().showPage()
        super().save()

    def _foot(self, paper: Paper, number: int, pages: int) -> None:
        width = (landscape(A4) if paper.landscape else A4)[0]
        self.setFont(style.REGULAR, FOOT_SIZE)
        self.setFillColor(style.QUIET)
        self.drawString(style.MARGIN, FOOT, style.printable("　".join(paper.notes)))
        words = _("Page %(number)s of %(pages)s", number=number, pages=pages)
        self.drawRightString(width - style.MARGIN, FOOT, words)
