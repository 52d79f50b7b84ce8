"""The repositories of one transaction, each made when it is first asked for. Writes nothing itself."""

from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from hotline1022.db.accounts import AccountRepository
from hotline1022.db.agents import AgentRepository
from hotline1022.db.alarms import AlarmRepository
from hotline1022.db.audit import AuditRepository
from hotline1022.db.audit_search import AuditSearch
from hotline1022.db.callbacks import CallbackRepository
from hotline1022.db.calls import CallRepository
from hotline1022.db.cascades import CascadeRepository
from hotline1022.db.catalogue import CatalogueRepository
from hotline1022.db.catalogue_search import CatalogueSearch
from hotline1022.db.citizen import CitizenRepository
from hotline1022.db.citizen_data import CitizenDataRepository
from hotline1022.db.citizen_words import CitizenWords
from hotline1022.db.copies import CopyRepository
from hotline1022.db.directory import DirectoryRepository
from hotline1022.db.disclosure import DisclosureRepository
from hotline1022.db.drafts import DraftRepository
from hotline1022.db.faq import FaqRepository
from hotline1022.db.faq_find import FaqFindRepository
from hotline1022.db.figures import FigureRepository
from hotline1022.db.holds import HoldRepository
from hotline1022.db.letters import LetterRepository
from hotline1022.db.limits import LimitRepository
from hotline1022.db.listening import ListeningRepository
from hotline1022.db.menus import MenuRepository
from hotline1022.db.notices import NoticeRepository
from hotline1022.db.notify import InboundRepository, ToTellRepository
from hotline1022.db.old_calls import OldCallRepository
from hotline1022.db.originals import OriginalRepository
from hotline1022.db.outbox import OutboxRepository
from hotline1022.db.pauses import PauseRepository
from hotline1022.db.policies import PolicyRepository
from hotline1022.db.receipts import ReceiptRepository
from hotline1022.db.recordings import RecordingRepository
from hotline1022.db.restoring import RestoringRepository
from hotline1022.db.retention import RetentionRepository
from hotline1022.db.sessions import SessionRepository
from hotline1022.db.shifts import ShiftRepository
from hotline1022.db.take_overs import TakeOverRepository
from hotline1022.db.templates import TemplateRepository
from hotline1022.db.terms import TermsRepository
from hotline1022.db.ticket_links import TicketLinkRepository
from hotline1022.db.tickets import TicketRepository
from hotline1022.db.tokens import TokenRepository
from hotline1022.db.wallboards import WallboardRepository
from hotline1022.db.watchers import WatcherRepository
from hotline1022.db.webhooks import WebhookRepository
from hotline1022.tickets.types import Changed


class Work:
    """The repositories of one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        #: what was written of tickets
        self.changed_tickets: list[Changed] = []

    @cached_property
    def calls(self) -> CallRepository:
        """The call log."""
        return CallRepository(self._connection, self.catalogue.touch)

    @cached_property
    def callbacks(self) -> CallbackRepository:
        """Citizens whom agents called back."""
        return CallbackRepository(self._connection)

    @cached_property
    def cascades(self) -> CascadeRepository:
        """Hunts for somebody at an agency."""
        return CascadeRepository(self._connection)

    @cached_property
    def recordings(self) -> RecordingRepository:
        """Tracks, copies and messages."""
        return RecordingRepository(self._connection, self.catalogue.filed)

    @cached_property
    def copies(self) -> CopyRepository:
        """What the chain tells of copies."""
        return CopyRepository(self._connection, self.recordings, self.audit, self.alarms)

    @cached_property
    def agents(self) -> AgentRepository:
        """People and sessions."""
        return AgentRepository(self._connection)

    @cached_property
    def accounts(self) -> AccountRepository:
        """Users and roles."""
        return AccountRepository(self._connection)

    @cached_property
    def sessions(self) -> SessionRepository:
        """Who is signed in where."""
        return SessionRepository(self._connection)

    @cached_property
    def tokens(self) -> TokenRepository:
        """API tokens."""
        return TokenRepository(self._connection)

    @cached_property
    def wallboards(self) -> WallboardRepository:
        """Addresses for televisions."""
        return WallboardRepository(self._connection)

    @cached_property
    def alarms(self) -> AlarmRepository:
        """Alarms."""
        return AlarmRepository(self._connection)

    @cached_property
    def watchers(self) -> WatcherRepository:
        """Who is told of alarms away from the desk."""
        return WatcherRepository(self._connection)

    @cached_property
    def limits(self) -> LimitRepository:
        """Limits of alarms that were changed at the desk."""
        return LimitRepository(self._connection)

    @cached_property
    def shifts(self) -> ShiftRepository:
        """The plan of who is on."""
        return ShiftRepository(self._connection)

    @cached_property
    def pauses(self) -> PauseRepository:
        """Reasons for a pause."""
        return PauseRepository(self._connection)

    @cached_property
    def policies(self) -> PolicyRepository:
        """Versions of the deadlines."""
        return PolicyRepository(self._connection)

    @cached_property
    def directory(self) -> DirectoryRepository:
        """Agencies, areas, categories, contact points."""
        return DirectoryRepository(self._connection)

    @cached_property
    def letters(self) -> LetterRepository:
        """Scans of the letters that justify changes of the directory."""
        return LetterRepository(self._connection)

    @cached_property
    def menus(self) -> MenuRepository:
        """Versions of the menu, and the draft."""
        return MenuRepository(self._connection)

    @cached_property
    def templates(self) -> TemplateRepository:
        """Versions of what messages say."""
        return TemplateRepository(self._connection)

    @cached_property
    def terms(self) -> TermsRepository:
        """Versions of how long things are kept."""
        return TermsRepository(self._connection)

    @cached_property
    def tickets(self) -> TicketRepository:
        """Tickets."""
        return TicketRepository(self._connection, self.catalogue.touch, self.changed_tickets.append)

    @cached_property
    def figures(self) -> FigureRepository:
        """Calls and tickets counted."""
        return FigureRepository(self._connection)

    @cached_property
    def take_overs(self) -> TakeOverRepository:
        """Who was told of tickets of agencies that ended."""
        return TakeOverRepository(self._connection)

    @cached_property
    def faq(self) -> FaqRepository:
        """Questions and answers of the agencies."""
        return FaqRepository(self._connection)

    @cached_property
    def faq_find(self) -> FaqFindRepository:
        """Searches in them."""
        return FaqFindRepository(self._connection)

    @cached_property
    def drafts(self) -> DraftRepository:
        """What agents have typed."""
        return DraftRepository(self._connection)

    @cached_property
    def outbox(self) -> OutboxRepository:
        """Messages to people."""
        return OutboxRepository(self._connection)

    @cached_property
    def webhooks(self) -> WebhookRepository:
        """Addresses of others that are told."""
        return WebhookRepository(self._connection)

    @cached_property
    def receipts(self) -> ReceiptRepository:
        """Their parts, and what became of them."""
        return ReceiptRepository(self._connection)

    @cached_property
    def ticket_links(self) -> TicketLinkRepository:
        """What the links of messages stand for."""
        return TicketLinkRepository(self._connection)

    @cached_property
    def to_tell(self) -> ToTellRepository:
        """Citizens whom people must tell."""
        return ToTellRepository(self._connection)

    @cached_property
    def inbound(self) -> InboundRepository:
        """SMS that came in."""
        return InboundRepository(self._connection)

    @cached_property
    def catalogue(self) -> CatalogueRepository:
        """The catalogue of recordings."""
        return CatalogueRepository(self._connection)

    @cached_property
    def catalogue_search(self) -> CatalogueSearch:
        """Questions to it."""
        return CatalogueSearch(self._connection)

    @cached_property
    def listening(self) -> ListeningRepository:
        """Who may hear what, and what was heard."""
        return ListeningRepository(self._connection)

    @cached_property
    def disclosures(self) -> DisclosureRepository:
        """What units asked for, and what they were given."""
        return DisclosureRepository(self._connection)

    @cached_property
    def citizens(self) -> CitizenRepository:
        """One citizen's data."""
        return CitizenRepository(self._connection, self.catalogue, self.originals)

    @cached_property
    def citizen_data(self) -> CitizenDataRepository:
        """The same, to be handed out."""
        return CitizenDataRepository(self._connection)

    @cached_property
    def citizen_words(self) -> CitizenWords:
        """One citizen's number in free words."""
        return CitizenWords(self._connection)

    @cached_property
    def notices(self) -> NoticeRepository:
        """Versions of the recording notice."""
        return NoticeRepository(self._connection)

    @cached_property
    def holds(self) -> HoldRepository:
        """Holds on recordings."""
        return HoldRepository(self._connection, self.catalogue)

    @cached_property
    def retention(self) -> RetentionRepository:
        """Recordings whose time is over."""
        return RetentionRepository(self._connection, self.catalogue, self.originals, self.holds)

    @cached_property
    def restoring(self) -> RestoringRepository:
        """The mark of a database that is being put back."""
        return RestoringRepository(self._connection)

    @cached_property
    def old_calls(self) -> OldCallRepository:
        """Calls whose time is over."""
        return OldCallRepository(self._connection, self.catalogue, self.originals, self.audit)

    @cached_property
    def audit(self) -> AuditRepository:
        """The chain of what people and the system did."""
        return AuditRepository(self._connection)

    @cached_property
    def audit_search(self) -> AuditSearch:
        """Questions to it."""
        return AuditSearch(self._connection)

    @cached_property
    def originals(self) -> OriginalRepository:
        """What the chain tells of originals."""
        return OriginalRepository(self._connection, self.audit)
