"""An assessment as JSON and in words, in the reader's language; the engine itself speaks none."""

from fractions import Fraction
from typing import Any

from cultivate.domain.policy.assess import Assessment
from cultivate.domain.policy.judged import Judged
from cultivate.domain.policy.messages import Amount, Message, Share, render
from cultivate.domain.policy.pack import Certainty
from cultivate.domain.policy.scoring import Scored
from cultivate.errors import N_
from cultivate.i18n import _, language

#: operators as people read them
SIGNS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "is": "", "in": ""}
RESULTS = {"met": N_("met"), "not_met": N_("not met"), "unknown": N_("not known yet")}
CERTAINTIES = {
    "verified": N_("verified"),
    "two sources": N_("two sources agree"),
    "known": N_("to be confirmed (about %(confidence)s %% sure)"),
    "inferred": N_("to be confirmed (inferred)"),
    "to be confirmed": N_("to be confirmed"),
}


def say(message: Message) -> str:
    """A sentence of the engine."""
    return render(message, _, language())


def say_certainty(certainty: Certainty) -> str:
    """How sure a number is, in words."""
    if certainty.level == "known":
        words = CERTAINTIES["known"]
        return _(words, confidence=certainty.confidence)
    return _(CERTAINTIES[certainty.level])


def value_words(row: Judged) -> str:
    """The firm's number (or word) as it is read."""
    if isinstance(row.value, bool):
        return _("yes") if row.value else _("no")
    if not isinstance(row.value, Fraction):
        return str(row.value) if row.value is not None else "—"
    against = row.threshold if isinstance(row.threshold, Fraction) else None
    return _quantity(row.value, row, against)


def need_words(row: Judged) -> str:
    """What is needed."""
    if isinstance(row.threshold, bool):
        return _("yes") if row.threshold else _("no")
    if row.threshold is None:
        return "—"
    return f"{SIGNS[row.operator]} {_quantity(row.threshold, row)}"


def short_words(row: Judged) -> str:
    """What is short, with its unit; for what is not known, the facts that are missing."""
    if row.shortfall is not None:
        return say(Message("%(amount)s", {"amount": Amount(row.shortfall, row.unit)}))
    return say(Message("%(facts)s", {"facts": tuple(ref.say() for ref in row.missing)}))


def _quantity(value: Fraction, row: Judged, against: Fraction | None = None) -> str:
    shown = Share(value, against) if row.share else Amount(value, row.unit)
    return say(Message("%(value)s", {"value": shown}))


def plain(value: Any) -> Any:
    """A JSON value: a fraction becomes the nearest number, a whole one stays whole."""
    if isinstance(value, Fraction):
        return int(value) if value.denominator == 1 else float(value)
    return value


def assessment_json(found: Assessment) -> dict[str, Any]:
    """The result as the contract says, with years, evidence and warnings beside it."""
    return {
        "policy": found.pack.name,
        "verdict": found.verdict,
        "conditions": [_condition(row) for row in found.conditions],
        "score": _score(found),
        "applied_on": found.applied_on.isoformat() if found.applied_on else None,
        "years": list(found.years),
        "missing": [str(ref) for ref in found.missing],
        "warnings": [
            {"code": row.code, "field": row.field, "message": say(row.message)} for row in found.warnings
        ],
        "information_only": found.pack.kind == "information",
        "pack": {"digest": found.pack.digest, "local": list(found.pack.local)},
        "fingerprint": found.fingerprint,
    }


def _condition(row: Judged) -> dict[str, Any]:
    return {
        "id": row.code,
        "result": row.result,
        "value": plain(row.value),
        "threshold": plain(row.threshold),
        "shortfall": None if row.shortfall is None else float(row.shortfall),
        "unit": row.unit or None,
        "message": say(row.message),
        "source": row.source.say(language()),
        "title": row.title.say(language()),
        "operator": row.operator,
        "missing": [str(ref) for ref in row.missing],
        "years": list(row.years),
        "certainty": _certainty(row.source.certainty),
        "to_confirm": row.source.certainty.to_confirm,
    }


def _certainty(certainty: Certainty) -> str:
    """As it stands in the pack."""
    return certainty.level if certainty.confidence is None else f"{certainty.level} {certainty.confidence}%"


def _score(found: Assessment) -> dict[str, Any] | None:
    if found.score is None:
        return None
    return {
        "min": found.score.low,
        "max": found.score.high,
        "items": [_item(row) for row in found.score.items],
        "groups": [{"id": code, "min": low, "max": high} for code, low, high in found.score.groups],
    }


def _item(row: Scored) -> dict[str, Any]:
    return {
        "id": row.code,
        "min": row.low,
        "max": row.high,
        "of": row.max,
        "group": row.group,
        "title": row.title.say(language()),
        "judged": row.judged,
        "message": say(row.message),
        "evidence": row.evidence.say(language()) if row.evidence else None,
        "missing": [str(ref) for ref in row.missing],
        "source": row.source.say(language()),
    }
