"""Where each number of a pack comes from: document, article, dates in force, and how sure it is."""

import re
from dataclasses import dataclass
from datetime import date

from cultivate.domain.policy.messages import Text
from cultivate.domain.policy.nodes import Node
from cultivate.domain.policy.pack import CERTAINTIES, Certainty, Document, Source
from cultivate.errors import N_

_KNOWN = re.compile(r"known (\d{1,3})%")


def certainty(node: Node, default: Certainty | None = None) -> Certainty:
    """``verified``, ``two sources``, ``known 95%``, ``inferred`` or ``to be confirmed``."""
    text = node.text("certainty", required=default is None)
    if not text:
        return default or Certainty(CERTAINTIES[-1])
    if (found := _KNOWN.fullmatch(text)) and 0 < int(found[1]) < 100:
        return Certainty("known", int(found[1]))
    if text not in CERTAINTIES or text == "known":
        node.wrong(
            N_("How sure it is: “verified”, “two sources”, “known 95%”, “inferred” or “to be confirmed”."),
            "certainty",
        )
        return Certainty(CERTAINTIES[-1])
    return Certainty(text)


def read_documents(root: Node) -> dict[str, Document]:
    """The documents of a pack by id."""
    found = {}
    for node in root.tables("documents", required=True):
        made = Document(
            code=node.text("id"),
            title=node.words("title"),
            since=node.day("from", required=False),
            until=node.day("to", required=False),
            certainty=certainty(node),
            remark=node.pair("remark", required=False),
        )
        ordered(node, made.since, made.until)
        node.done()
        found[made.code] = made
    return found


def ordered(node: Node, since: date | None, until: date | None, key: str = "to") -> None:
    """Complain of dates that run backwards."""
    if since is not None and until is not None and until < since:
        node.wrong(N_("The dates are reversed: it ends before it begins."), key)


@dataclass(frozen=True, slots=True)
class Sources:
    """The documents and the dates that hold where a table says nothing of its own."""

    documents: dict[str, Document]
    since: date
    until: date | None

    def of(self, node: Node) -> Source:
        """The source of a table; it must name document, article and certainty itself."""
        return self._made(node, None)

    def scored(self, node: Node) -> Source:
        """The source of a part of the score: as ``of``, and in force as long as the pack."""
        _undated(node)
        return self._made(node, None)

    def inherited(self, node: Node, above: Source) -> Source:
        """The source of a band: its item's, except where it says otherwise; in force as long as that."""
        _undated(node)
        return self._made(node, above)

    def _made(self, node: Node, above: Source | None) -> Source:
        code = node.choice("document", self.documents, required=above is None)
        document = self.documents.get(code) or (above.document if above else _NOWHERE)
        article = node.pair("article", required=above is None) or (above.article if above else Text("", ""))
        since = node.day("from", required=False) or (above.since if above else self.since)
        until = node.day("to", required=False) or (above.until if above else self.until)
        ordered(node, since, until, "to" if "to" in node.data else "from")
        return Source(document, article, since, until, certainty(node, above.certainty if above else None))


def _undated(node: Node) -> None:
    """Points and bands add up as a whole, so that one of them cannot begin or end alone."""
    for key in ("from", "to"):
        if key in node.data:
            node.wrong(
                N_("This has no days of its own. What changes on a day is a new pack, or a local version."),
                key,
            )


_NOWHERE = Document("", Text("", ""), None, None, Certainty(CERTAINTIES[-1]))
