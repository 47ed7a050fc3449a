"""PDF tables without rules, and rows that the end of a page cuts in two."""

import io

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from cultivate.spreadsheets import load

CODE = "91330105MA2KCLP6X2"
HEAD = ["No.", "Company name", "Credit code"]


def _pdf(*pages: list[list[str]], ruled: bool) -> bytes:
    stream = io.BytesIO()
    with PdfPages(stream) as document:
        for rows in pages:
            figure = Figure(figsize=(8, 4))
            axes = figure.add_axes((0, 0, 1, 1))
            axes.set_axis_off()
            if ruled:
                axes.table(rows, loc="center", cellLoc="left")
            else:
                for line, row in enumerate(rows):
                    for column, text in enumerate(row):
                        figure.text(0.1 + 0.3 * column, 0.9 - 0.1 * line, text)
            document.savefig(figure)
    return stream.getvalue()


def test_a_table_without_rules_is_read_by_its_spacing() -> None:
    content = _pdf([HEAD, ["1", "Alpha", CODE], ["2", "Beta", CODE]], ruled=False)
    rows = load(content, "a.pdf", "certificates").rows
    assert [(row.cells["name"], row.cells["uscc"]) for row in rows] == [("Alpha", CODE), ("Beta", CODE)]


def test_a_row_cut_by_the_end_of_a_page_is_put_together() -> None:
    content = _pdf(
        [HEAD, ["1", "Alpha", CODE], ["2", "Beta", CODE[:8]]],
        [HEAD, ["", "", CODE[8:]], ["3", "Gamma", CODE]],
        ruled=True,
    )
    rows = load(content, "a.pdf", "certificates").rows
    assert [(row.cells["name"], row.cells["uscc"]) for row in rows] == [
        ("Alpha", CODE),
        ("Beta", CODE),
        ("Gamma", CODE),
    ]
