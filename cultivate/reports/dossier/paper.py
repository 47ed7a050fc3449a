"""Dossiers as a PDF: one A4 page a firm, black on white."""

from collections.abc import Sequence

from cultivate.i18n import _, _n
from cultivate.reports.dossier.content import NOTE_LINES, Dossier
from cultivate.reports.dossier.cut import Cut
from cultivate.reports.dossier.tracks import TrackPart
from cultivate.reports.pdf import document
from cultivate.reports.pdf.blocks import Beside, Block, Column, Heading, Pairs, Paper, Ruled, Table, Text

_LINE = "_" * 16


def render(dossiers: Sequence[Dossier], title: str) -> bytes:
    """One file; each firm on a page of its own."""
    return document.render([_paper(each) for each in dossiers], title)


def _paper(what: Dossier) -> Paper:
    blocks: list[Block] = [
        Pairs(what.head, columns=2),
        *_side_by_side(what.tracks),
        Beside(_figures(what), _facts(what), share=0.56),
        *_open(what),
        Heading(_("Last services"), what.services.rest),
        *_lines(what.services, _("Nothing was done for the firm yet.")),
        Heading(_("Papers at hand"), what.papers.rest),
        Text(_("; ").join(what.papers.lines) or _("No papers yet."), quiet=not what.papers.lines),
        Heading(_("Notes of the visit")),
        Ruled(NOTE_LINES),
        Text("　" + "　".join(f"{name}{_(': ')}{_LINE}" for name in what.signatures)),
    ]
    return Paper(
        title=what.name,
        unit=what.unit,
        day=what.day,
        subtitle=f"{what.code}　{what.place}",
        blocks=blocks,
        one_page=True,
        notes=[_("Dossier for a visit"), _("printed by %(who)s", who=what.printed_by)],
    )


def _side_by_side(tracks: Sequence[TrackPart]) -> list[Block]:
    """Two tracks a row."""
    pairs = [tracks[start : start + 2] for start in range(0, len(tracks), 2)]
    return [
        Beside(_track(left), _track(rest[0]) if rest else [])
        for left, *rest in (list(pair) for pair in pairs)
    ]


def _track(part: TrackPart) -> list[Block]:
    stands = part.stage_words
    if part.days is not None:
        stands += " · " + _n("%(num)s day at this stage", "%(num)s days at this stage", part.days)
    gaps = [f"· {line}" for line in part.gaps.lines] + ([part.gaps.rest] if part.gaps.more else [])
    return [
        Heading(part.title, stands),
        Text(_("Next step") + _(": ") + part.next),
        Text("\n".join([_("What is missing") + _(": ") + part.verdict, *gaps])),
    ]


def _figures(what: Dossier) -> list[Block]:
    columns = [Column(_("10,000 yuan"), 1.6), *(Column(str(year), 1, "right") for year in what.figures.years)]
    rows = [[label, *cells] for label, cells in what.figures.lines]
    note = [Text(_("* another calibre than the rules count"), quiet=True)] if what.figures.starred else []
    return [Heading(_("Figures")), Table(columns, rows), *note]


def _facts(what: Dossier) -> list[Block]:
    return [
        Heading(_("Intellectual property")),
        Pairs(what.rights, columns=1),
        Heading(_("Certificates"), what.certificates.rest),
        *_lines(what.certificates, _("None so far.")),
    ]


def _open(what: Dossier) -> list[Block]:
    columns = [
        Column(_("By"), 1.4),
        Column(_("What"), 1.8),
        Column(_("In words"), 6),
        Column(_("Whose"), 1.4),
    ]
    rows = [
        [
            (each.due_on.isoformat() if each.due_on else "—")
            + (f" {_('(overdue)')}" if each.overdue else ""),
            each.what,
            each.text,
            each.owner,
        ]
        for each in what.open.items
    ]
    table = Table(columns, rows, empty=_("The firm waits for nothing."))
    return [Heading(_("Open wishes and follow-ups"), what.open.rest), table]


def _lines(part: Cut, empty: str) -> list[Block]:
    return [Text("\n".join(part.lines) or empty, quiet=not part.lines)]
