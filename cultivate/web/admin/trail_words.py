"""The trail in words: what was done, to what, through which door.

A word that is not here is shown as it is kept: better a strange word than a line that says nothing.
"""

from cultivate.errors import N_
from cultivate.i18n import _

VERBS = {
    "accept": N_("accepted"),
    "accepted": N_("accepted"),
    "add-property": N_("listed a right"),
    "answer": N_("answered"),
    "assess": N_("assessed"),
    "assign": N_("assigned"),
    "attach": N_("attached"),
    "begin": N_("began"),
    "change": N_("changed"),
    "correct": N_("corrected"),
    "create": N_("created"),
    "decide": N_("decided"),
    "decline": N_("declined"),
    "declined": N_("declined"),
    "delete": N_("deleted"),
    "distinct": N_("said to be two firms"),
    "drop": N_("dropped"),
    "edit": N_("edited"),
    "edit-property": N_("edited a right"),
    "end": N_("ended"),
    "export": N_("exported"),
    "follow-up": N_("followed up"),
    "follow-up-reopened": N_("opened the follow-up again"),
    "forget": N_("forgot a decision"),
    "give-up": N_("gave up"),
    "hand-over": N_("handed over"),
    "hand-up": N_("handed up"),
    "import": N_("imported"),
    "keep-scenario": N_("kept a scenario"),
    "link": N_("linked"),
    "lock": N_("locked"),
    "map": N_("set the columns"),
    "mark": N_("marked"),
    "merge": N_("merged"),
    "move": N_("moved"),
    "move-in": N_("moved in"),
    "move-out": N_("moved out"),
    "not-pass": N_("noted as not passed"),
    "note": N_("noted"),
    "open": N_("opened a track"),
    "postpone": N_("put off"),
    "propose": N_("proposed"),
    "publicise": N_("made public"),
    "raise": N_("wrote down"),
    "record": N_("recorded"),
    "register": N_("registered"),
    "remove": N_("removed"),
    "remove-property": N_("took a right off"),
    "remove-scenario": N_("removed a scenario"),
    "rename": N_("renamed"),
    "reopen": N_("opened again"),
    "replace": N_("replaced"),
    "report": N_("noted the yearly report"),
    "restore": N_("restored"),
    "reverse": N_("reversed"),
    "revoke": N_("revoked"),
    "save": N_("saved"),
    "screen": N_("screened"),
    "serve": N_("recorded a service"),
    "set-password": N_("set the password"),
    "state": N_("stated facts"),
    "tag": N_("tagged"),
    "take-back": N_("took back"),
    "take-up": N_("gave out"),
    "transfer": N_("transferred"),
    "try-again": N_("tried again"),
    "undo": N_("took back"),
    "unlink": N_("unlinked"),
    "unlock": N_("unlocked"),
    "unmerge": N_("took a merge back"),
    "untag": N_("took a tag off"),
    "update": N_("updated"),
    "withdraw": N_("struck out"),
}
SUBJECTS = {
    "application_batch": N_("application batch"),
    "attachment": N_("paper"),
    "batch_entry": N_("firm in a batch"),
    "batch_paper": N_("paper of an application"),
    "candidacy": N_("candidacy"),
    "certificate": N_("certificate"),
    "delivery": N_("letter"),
    "dossier": N_("dossier"),
    "duplicate": N_("possible duplicate"),
    "firm": N_("firm"),
    "handover": N_("hand-over"),
    "import": N_("import"),
    "job": N_("job"),
    "list": N_("list"),
    "move": N_("move"),
    "need": N_("wish of a firm"),
    "policy_pack": N_("policy pack"),
    "property": N_("right"),
    "proposal": N_("proposal"),
    "quality": N_("fault of the data"),
    "register": N_("register"),
    "screening": N_("screening"),
    "service": N_("service record"),
    "service_round": N_("round of services"),
    "stall": N_("note on a standstill"),
    "tag": N_("tag"),
    "token": N_("API token"),
    "unit": N_("unit"),
    "user": N_("account"),
    "view": N_("view"),
    "visit_list": N_("visit list"),
}
DOORS = {
    "api": N_("program"),
    "cli": N_("command"),
    "import": N_("import"),
    "job": N_("job"),
    "list": N_("official list"),
    "page": N_("page"),
}
BULK, BULK_UNDO = "bulk-", "bulk-undo-"


def verb(kept: str) -> str:
    """What was done."""
    for prefix, many in (
        (BULK_UNDO, N_("taken back, many at once: %(what)s")),
        (BULK, N_("many at once: %(what)s")),
    ):
        if kept.startswith(prefix):
            return _(many, what=verb(kept.removeprefix(prefix)))
    found = VERBS.get(kept.replace("_", "-"))
    return _(found) if found else kept


def subject(kept: str) -> str:
    """The kind of thing."""
    found = SUBJECTS.get(kept)
    return _(found) if found else kept


def door(kept: str) -> str:
    """Through which door."""
    found = DOORS.get(kept)
    return _(found) if found else kept
