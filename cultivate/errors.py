"""What can be refused, with a code for programs, a message for people, and the field it belongs to.

Messages are English msgids with ``%(name)s`` parameters; the edges translate them (``i18n.say``), so this
module and the pure domain know nothing of languages.
"""

from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802 gettext's customary marker
    """Mark a message for extraction; it is translated where it is shown."""
    return message


class CultivateError(Exception):
    """Base of every refusal that a user can cause; never shown as a traceback."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 422

    def __init__(
        self, msgid: str, *, field: str | None = None, code: str | None = None, **params: Any
    ) -> None:
        """Keep the untranslated message and its parameters; ``str()`` gives the English text."""
        super().__init__(msgid)
        self.msgid = msgid
        self.params = params
        self.field = field
        self.problem = code or self.code

    def __str__(self) -> str:
        """The English text, for logs."""
        return self.msgid % self.params if self.params else self.msgid


class Invalid(CultivateError):
    """Input that breaks a rule; ``field`` says which one."""

    code = "invalid"


class Refused(CultivateError):
    """A guard of the move does not hold. ``reasons`` lists every condition, not only the first."""

    code = "move-refused"

    def __init__(self, reasons: "list[Invalid]") -> None:
        """Take at least one reason; the first gives message and field."""
        first = reasons[0]
        super().__init__(first.msgid, field=first.field, code=first.problem, **first.params)
        self.reasons = reasons


class Forbidden(CultivateError):
    """The role may not do this."""

    code = "forbidden"
    status = 403


class NotFound(CultivateError):
    """There is no such record, or it lies outside the actor's scope: the two are told apart nowhere."""

    code = "not-found"
    status = 404

    def __init__(
        self, msgid: str = N_("There is no such record, or it is not yours to see."), **params: Any
    ) -> None:
        """Default to the one sentence that gives nothing away."""
        super().__init__(msgid, **params)


class Merged(NotFound):
    """The record was merged into another one, which the reader may see; pages lead there."""

    code = "merged"

    def __init__(self, name: str, kept_id: int) -> None:
        """Name the record that is gone; ``kept_id`` is the one that stayed."""
        super().__init__(N_("%(name)s was merged into another record."), name=name, merged_into=kept_id)
        self.kept_id = kept_id


class Conflict(CultivateError):
    """Somebody else was faster; ``current`` is the record as it now stands."""

    code = "conflict"
    status = 409

    def __init__(self, msgid: str, *, current: Any = None, **params: Any) -> None:
        """Keep the current record for the three-way comparison."""
        super().__init__(msgid, **params)
        self.current = current


class FileUnreadable(CultivateError):
    """A file that is damaged, empty, protected, too large or of no known kind."""

    code = "file-unreadable"


class NoKnownColumn(CultivateError):
    """A readable table in which no column is known."""

    code = "no-known-column"


class TooMany(CultivateError):
    """Too many attempts; ``retry_after`` seconds until the next."""

    code = "too-many"
    status = 429

    def __init__(self, msgid: str, *, retry_after: int, **params: Any) -> None:
        """Seconds are what ``Retry-After`` carries."""
        super().__init__(msgid, **params)
        self.retry_after = retry_after
