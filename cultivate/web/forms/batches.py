"""Choosing an application batch."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField
from wtforms.fields import SelectChoice

from cultivate.i18n import _
from cultivate.queries.application_batches import BatchRow


def _id(value: Any) -> int | None:
    return int(value) if value else None


class BatchField(SelectField):
    """One of some batches; nothing chosen leaves it to the rule: what it is proposed for, else what closes first."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        """Ids, or nothing."""
        super().__init__(label, coerce=_id, choices=[], **kwargs)

    def offer(self, rows: Iterable[BatchRow]) -> None:
        """Fill the choices."""
        self.choices = [
            SelectChoice("", _("the one that closes first")),
            *(SelectChoice(str(row.id), row.title) for row in rows),
        ]
