"""The base form."""

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField

from cultivate.errors import Conflict, CultivateError, Refused
from cultivate.i18n import say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wtforms import Field


def strip(value: Any) -> Any:
    """Text without blanks around it (the ideographic one too); nothing but blanks is nothing."""
    if not isinstance(value, str):
        return value
    return value.strip() or None


class BaseForm(FlaskForm):
    """Strips what was typed, except passwords; WTForms' own messages come in the reader's language."""

    class Meta:
        """Every text field gets the strip filter."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Add the filter where a field of text is bound."""
            kind = unbound_field.field_class
            if issubclass(kind, (StringField, TextAreaField)) and not issubclass(kind, PasswordField):
                options = {**options, "filters": [strip, *unbound_field.kwargs.get("filters", ())]}
            return unbound_field.bind(form=form, **options)


def apply_error(form: BaseForm, error: CultivateError, names: dict[str, str] | None = None) -> None:
    """Put a refusal on its field, or on the form where it has none; every reason of a refused move is shown.

    ``names`` maps fields of the domain to fields of the form where they differ. A lost race is no error of a
    field: it goes on to the three-way view, so it is raised again.
    """
    if isinstance(error, Conflict):
        raise error
    reasons: Iterable[CultivateError] = error.reasons if isinstance(error, Refused) else [error]
    for reason in reasons:
        name = (names or {}).get(reason.field or "", reason.field)
        field: Field | None = form._fields.get(name) if name else None
        if field is None:
            form.form_errors.append(say(reason))
        else:
            field.errors = [*field.errors, say(reason)]
