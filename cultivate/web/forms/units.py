"""Choosing units: only those within one's scope are offered, and only those are taken."""

from typing import Any

from wtforms import SelectField, SelectMultipleField, widgets
from wtforms.fields import SelectChoice

from cultivate.domain.scope import Scope
from cultivate.i18n import _, language
from cultivate.queries import units
from cultivate.web.request import db


def unit_choices(scope: Scope, *kinds: str) -> list[SelectChoice]:
    """Codes and names of the units of some kinds that lie within the scope.

    A caseworker of a street may place a firm in any park: parks are a second dimension, not a boundary.
    """
    lang = language()
    return [
        SelectChoice(unit.code, unit.name(lang))
        for unit in units.list_units(db(), *kinds)
        if scope.everything or unit.kind == "park" or unit.id in scope.unit_ids
    ]


class UnitField(SelectField):
    """One unit by its code, ``None`` for nothing chosen; the view calls ``offer`` before it validates."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with nothing on offer."""
        super().__init__(*args, coerce=lambda value: value or None, choices=[], **kwargs)

    def offer(self, scope: Scope, *kinds: str, blank: str | None = None) -> None:
        """Offer the units of these kinds; ``blank`` are the words for none (default: a prompt)."""
        first = _("Choose") if blank is None else blank
        self.choices = [SelectChoice("", first), *unit_choices(scope, *kinds)]

    def pre_validate(self, form: Any) -> None:
        """Nothing chosen is for ``InputRequired`` or ``Optional`` to judge."""
        if self.data is not None:
            super().pre_validate(form)


class UnitsField(SelectMultipleField):
    """Several units as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start with nothing on offer."""
        super().__init__(*args, choices=[], **kwargs)

    def offer(self, scope: Scope, *kinds: str) -> None:
        """Offer the units of these kinds."""
        self.choices = unit_choices(scope, *kinds)
