"""Who may do what: the one table that page gates, services, buttons, the API and the tests all read.

Default is deny: an act that is not in the table is nobody's. What of the register a person sees is not
said here but by the scope (``domain/scope.py``), which every query takes.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a person is in the book."""

    CASEWORKER = "caseworker"
    BUREAU = "bureau"
    LEADER = "leader"
    ADMIN = "admin"


class Act(StrEnum):
    """Everything that is guarded."""

    VIEW = "view"  # pages of the register within one's scope
    VIEW_CONTACTS = "view_contacts"  # names and phones unmasked
    EDIT_FIRM = "edit_firm"
    OPEN_CANDIDACY = "open_candidacy"
    MOVE_ON = "move_on"  # discover -> serve
    RECORD_SERVICE = "record_service"  # and follow it up
    CORRECT_SERVICE = "correct_service"  # what others recorded; one's own with RECORD_SERVICE
    HANDLE_NEEDS = "handle_needs"  # write down what firms ask for, and answer it
    PROPOSE = "propose"  # to recommend, or out
    DECIDE = "decide"  # recommend, certify, back, out; and what caseworkers propose
    OVERRIDE = "override"
    REVERSE_OWN = "reverse_own"  # the move one made oneself
    REVERSE_ANY = "reverse_any"
    TRANSFER = "transfer"
    VIEW_DUPLICATES = "view_duplicates"
    MERGE = "merge"  # two firms of one's own units into one, or link them; others' merges are undone with REVERSE_ANY
    ASSIGN = "assign"  # also hand over many at once
    NOTE_STALL = "note_stall"  # say why a firm stands still, and what happens next
    VIEW_PEOPLE = "view_people"  # who has how much to do
    BACKDATE_FREELY = "backdate_freely"
    IMPORT_FIRMS = "import_firms"
    IMPORT_LISTS = "import_lists"
    UNDO_IMPORT = "undo_import"
    REVOKE_CERTIFICATE = "revoke_certificate"
    CORRECT_CERTIFICATE = "correct_certificate"  # a mistyped number
    NOTE_REPORTS = "note_reports"  # whether firms filed their yearly report
    EXPORT = "export"
    SAVE_VIEWS = "save_views"  # lists under a name, one's own or shared
    MANAGE_SHARED_VIEWS = "manage_shared_views"  # those of others
    MANAGE_TAGS = "manage_tags"  # rename, merge, remove; firms are tagged by who edits them
    VIEW_TARGETS = "view_targets"
    VIEW_OUTBOX = "view_outbox"  # one's own letters; with MANAGE_OUTBOX everybody's
    MANAGE_OUTBOX = "manage_outbox"
    VIEW_JOBS = "view_jobs"
    MANAGE_USERS = "manage_users"
    MANAGE_UNITS = "manage_units"
    MANAGE_JOBS = "manage_jobs"
    SCREEN = "screen"  # look at all firms anew; reading the screening is VIEW
    VIEW_POLICIES = "view_policies"
    MANAGE_BATCHES = "manage_batches"  # open application batches, move their days, hand them up
    FILL_PAPERS = "fill_papers"  # of firms in an application batch
    MANAGE_POLICIES = "manage_policies"  # local versions of policy packs
    OWN_ACCOUNT = "own_account"  # language, password, tokens of one's own


_everybody = frozenset(Role)
_business = frozenset({Role.CASEWORKER, Role.BUREAU})
_bureau = frozenset({Role.BUREAU})
_readers = frozenset({Role.CASEWORKER, Role.BUREAU, Role.LEADER})
_admin = frozenset({Role.ADMIN})

PERMISSIONS: dict[Act, frozenset[Role]] = {
    Act.VIEW: _everybody,
    Act.VIEW_CONTACTS: _business,
    Act.EDIT_FIRM: _business,
    Act.OPEN_CANDIDACY: _business,
    Act.MOVE_ON: _business,
    Act.RECORD_SERVICE: _business,
    Act.CORRECT_SERVICE: _bureau,
    Act.HANDLE_NEEDS: _business,
    Act.PROPOSE: _business,
    Act.DECIDE: _bureau,
    Act.OVERRIDE: _bureau,
    Act.REVERSE_OWN: _business,
    Act.REVERSE_ANY: _bureau,
    Act.TRANSFER: _bureau,
    Act.VIEW_DUPLICATES: _readers,
    Act.MERGE: _business,
    Act.ASSIGN: _business,
    Act.NOTE_STALL: _business,
    Act.VIEW_PEOPLE: _readers,
    Act.BACKDATE_FREELY: _bureau,
    Act.IMPORT_FIRMS: _business,
    Act.IMPORT_LISTS: _bureau,
    Act.UNDO_IMPORT: _business,
    Act.REVOKE_CERTIFICATE: _bureau,
    Act.CORRECT_CERTIFICATE: _bureau,
    Act.NOTE_REPORTS: _business,
    Act.EXPORT: _readers,
    Act.SAVE_VIEWS: _everybody,
    Act.MANAGE_SHARED_VIEWS: _bureau,
    Act.MANAGE_TAGS: _bureau,
    Act.VIEW_TARGETS: _everybody,
    Act.VIEW_OUTBOX: _everybody,
    Act.MANAGE_OUTBOX: frozenset({Role.BUREAU, Role.ADMIN}),
    Act.VIEW_JOBS: frozenset({Role.BUREAU, Role.ADMIN}),
    Act.MANAGE_USERS: _admin,
    Act.MANAGE_UNITS: _admin,
    Act.MANAGE_JOBS: _admin,
    Act.SCREEN: _business,
    Act.VIEW_POLICIES: frozenset({Role.BUREAU, Role.LEADER, Role.ADMIN}),
    Act.MANAGE_BATCHES: _bureau,
    Act.FILL_PAPERS: _business,
    Act.MANAGE_POLICIES: _admin,
    Act.OWN_ACCOUNT: _everybody,
}


def may(role: str, act: Act) -> bool:
    """Whether a role may do that; an unknown role or an act without a row may not."""
    return role in PERMISSIONS.get(act, frozenset())


def if_complete() -> None:
    """Refuse to start when an act has no row."""
    missing = set(Act) - set(PERMISSIONS)
    if missing:
        message = f"acts without a permission row: {sorted(missing)}"
        raise RuntimeError(message)


if_complete()
