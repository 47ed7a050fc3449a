"""What the sources read of one firm: each list once, however many ask for it."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from cultivate.domain.scope import Scope
from cultivate.i18n import language
from cultivate.queries import attachments, candidacies, firm_events, firm_needs, firm_timeline, units
from cultivate.queries.attachments import Paper
from cultivate.queries.candidacies import CandidacyRow, MoveRow
from cultivate.queries.firm_events import EventRow, ImportedRow
from cultivate.queries.firm_needs import NeedRow
from cultivate.queries.firm_timeline import CertificateRow, ProposalRow, ServiceRow
from cultivate.queries.units import Unit


@dataclass
class Reading:
    """One firm for one reader. A source whose rows nobody else needs asks its query itself."""

    session: Session
    scope: Scope
    firm_id: int

    @cached_property
    def candidacies(self) -> list[CandidacyRow]:
        """Its ways through the tracks."""
        return candidacies.list_of_firm(self.session, self.scope, self.firm_id)

    @cached_property
    def tracks(self) -> dict[int, str]:
        """Candidacy id -> track."""
        return {row.id: row.track for row in self.candidacies}

    @cached_property
    def moves(self) -> list[MoveRow]:
        """Moves of all candidacies, in the order in which the book learned them."""
        return candidacies.moves_of(self.session, self.scope, *self.tracks)

    @cached_property
    def services(self) -> list[ServiceRow]:
        """Services on either track."""
        return firm_timeline.services_of(self.session, self.scope, self.firm_id)

    @cached_property
    def needs(self) -> list[NeedRow]:
        """What it asks for, open ones first."""
        return firm_needs.list_of_firm(self.session, self.scope, self.firm_id)

    @cached_property
    def certificates(self) -> list[CertificateRow]:
        """Certificates, the void ones too."""
        return firm_timeline.certificates_of(self.session, self.scope, self.firm_id)

    @cached_property
    def proposals(self) -> list[ProposalRow]:
        """Proposals, answered or waiting."""
        return firm_timeline.proposals_of(self.session, self.scope, self.firm_id)

    @cached_property
    def papers(self) -> list[Paper]:
        """Papers, those taken away too."""
        return attachments.list_of_firm(self.session, self.scope, self.firm_id)

    @cached_property
    def events(self) -> list[EventRow]:
        """The trail of acts."""
        return firm_events.events_of(self.session, self.scope, self.firm_id)

    @cached_property
    def imports(self) -> list[ImportedRow]:
        """Rows of files that touched the firm."""
        return firm_events.imports_of(self.session, self.scope, self.firm_id)

    @cached_property
    def units(self) -> dict[int, Unit]:
        """All units by id."""
        return units.by_id(self.session)

    def place(self, street_id: int, park_id: int | None) -> str:
        """Street and park by name."""
        return " · ".join(self.units[each].name(language()) for each in (street_id, park_id) if each)
