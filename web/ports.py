"""What the API needs from the rest of the house; the composition root hands it in. Refuses nothing itself.

Any method may raise the errors of core/errors.py: NotFound → 404, Invalid → 400, Refused → 409, Unavailable → 503.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from prometheus_client import CollectorRegistry

from hotline1022.accounts.ports import Door, Users
from hotline1022.core.acting import Acting
from hotline1022.faq.ports import Faq
from hotline1022.notify.types import InboundSms, Message, OutboxFilter, ToTellRow
from hotline1022.queue.types import LineView
from hotline1022.recordings.types import CatalogueFilter
from hotline1022.tickets.ports import Act, Draft, Left
from hotline1022.tickets.types import HistoryRow, Ticket, TicketFilter
from hotline1022.web.backup_port import Backups
from hotline1022.web.callback_port import CallBacks
from hotline1022.web.cascade_port import Cascades
from hotline1022.web.chores_port import Chores
from hotline1022.web.citizen_port import CitizenPort
from hotline1022.web.deadlines_port import Deadlines
from hotline1022.web.directory_port import DirectoryPort
from hotline1022.web.disclosure_port import Disclosures, Packs
from hotline1022.web.drafts_port import Drafts
from hotline1022.web.evidence_port import EvidencePort
from hotline1022.web.export_port import Exports
from hotline1022.web.figures_port import Figures
from hotline1022.web.gateways_port import GatewaysPort
from hotline1022.web.letters_port import LettersPort
from hotline1022.web.limits_port import LimitsPort
from hotline1022.web.line_call_port import LineCallers
from hotline1022.web.listening_port import Listening
from hotline1022.web.live_port import LiveStreams
from hotline1022.web.menu_port import MenuPort
from hotline1022.web.notify_wire import StatementView
from hotline1022.web.officer_port import OfficerLinks
from hotline1022.web.package_port import PackageLinks
from hotline1022.web.pauses_port import PauseReasons
from hotline1022.web.people_port import People
from hotline1022.web.recordings_wire import RecordingDetail, RecordingPage
from hotline1022.web.retention_port import RetentionPort
from hotline1022.web.roster_port import RosterPort
from hotline1022.web.templates_port import TemplatesPort
from hotline1022.web.tickets_wire import AttachmentFile, AttachmentView, StatusView, TicketDetail
from hotline1022.web.tokens_port import ApiTokens
from hotline1022.web.types import (
    AbandonedView,
    AlarmFilter,
    AlarmView,
    Belongs,
    CallDetail,
    CallFilter,
    CallView,
    CrewView,
    PlannedView,
    QueueView,
    ShiftTimes,
    ShiftView,
    Token,
    VoicemailView,
)
from hotline1022.web.wall_port import Wallboards
from hotline1022.web.watching_port import WatchPort
from hotline1022.webhooks.ports import Webhooks


class Calls(Protocol):
    """The call log."""

    async def list(self, wanted: CallFilter) -> Sequence[CallView]:
        """Calls of this filter, newest first, at most `wanted.limit`."""
        ...

    async def get(self, call: str) -> CallDetail | None:
        """One call with all that is known; None when there is no such call."""
        ...


class Catalogue(Protocol):
    """The catalogue of recordings."""

    async def search(self, wanted: CatalogueFilter) -> RecordingPage:
        """A page, newest first; Invalid `number-short`."""
        ...

    async def get(self, name: str) -> RecordingDetail:
        """One recording; NotFound `recording-unknown`."""
        ...

    async def ids_of(self, calls: Collection[str]) -> Mapping[str, str]:
        """Of these calls the ids of their recordings; calls that have none are left out."""
        ...


class AgentLines(Protocol):
    """The lines and who is at them."""

    async def list(self) -> Sequence[LineView]:
        """All lines, by number."""
        ...

    async def reasons(self) -> Mapping[str, str]:
        """Why one may pause: code → name, in the order of the settings."""
        ...

    async def login(self, line: str, person: str, pin: str) -> LineView:
        """Log in; Refused `pin-wrong` (also for an unknown person), `person-elsewhere`, `line-taken`."""
        ...

    async def logout(self, line: str) -> LineView:
        """Log out; nobody there is no error."""
        ...

    async def pause(self, line: str, reason: str) -> LineView:
        """Pause for a reason of the settings; Invalid `reason-unknown`, Refused `line-empty`."""
        ...

    async def unpause(self, line: str) -> LineView:
        """Take back; Refused `line-empty`."""
        ...

    async def ready(self, line: str) -> LineView:
        """End the wrap-up; Refused `line-empty`, `wrap-up-none`."""
        ...


class WaitingCallers(Protocol):
    """The queue now."""

    async def now(self) -> QueueView:
        """Who waits."""
        ...


class Abandoned(Protocol):
    """Numbers to call back."""

    async def waiting(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[AbandonedView], int]:
        """A part of them, whose last call is longest ago first, else the latest; and how many there are."""
        ...


class Voicemails(Protocol):
    """Messages."""

    async def list(self, heard: bool | None, limit: int) -> Sequence[VoicemailView]:
        """Latest first."""
        ...

    async def unheard(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[VoicemailView], int]:
        """A part of those that nobody has heard, which waits longest first, else the latest; and how many there are."""
        ...

    async def mark_heard(self, voicemail: str, by: str, at: datetime) -> VoicemailView | None:
        """Mark; the first mark stays. None when there is no such message."""
        ...


class Alarms(Protocol):
    """Alarms."""

    async def list(self, wanted: AlarmFilter) -> Sequence[AlarmView]:
        """Latest first."""
        ...

    async def kinds(self) -> Sequence[str]:
        """Kinds that were ever raised, by name."""
        ...

    async def mark_seen(self, alarm: str, by: str, at: datetime) -> AlarmView | None:
        """Mark, which ends the repeating; the first mark stays. None when there is no such alarm."""
        ...


class Shifts(Protocol):
    """Who should be on."""

    async def now(self, at: datetime) -> Sequence[ShiftView]:
        """The shifts that run at this moment."""
        ...

    async def times(self) -> Sequence[ShiftTimes]:
        """All shifts, by the time at which they begin."""
        ...

    async def crews(self) -> Sequence[CrewView]:
        """All crews, by id."""
        ...

    async def planned(self, since: date, until: date) -> Sequence[PlannedView]:
        """The plan, both days included."""
        ...


class Tickets(Protocol):
    """Tickets. A name is an id or a code; one that nobody has, or of a hidden ticket, is NotFound `ticket-unknown`."""

    async def list(self, wanted: TicketFilter) -> Sequence[Ticket]:
        """Newest first, or as `wanted` says; at most `wanted.limit`; the phone is compared in any way of writing."""
        ...

    async def of_calls(self, calls: Collection[str]) -> Sequence[Ticket]:
        """Those that hang on any of these calls, some hundreds at most, oldest first."""
        ...

    async def get(self, name: str) -> TicketDetail:
        """One ticket."""
        ...

    async def history(self, name: str) -> Sequence[HistoryRow]:
        """Its changes, oldest first."""
        ...

    async def create(self, draft: Draft, *, answer: str = "", by: str, at: datetime) -> Ticket:
        """Write down a request, and with an `answer` complete it in the same act; Invalid `category-unknown`, `agency-unknown`."""
        ...

    async def act(self, name: str, wanted: Act, *, by: str, at: datetime) -> Ticket:
        """Do it; Refused `ticket-state`, `ticket-changed`, `deadline-not-later`, `deadline-far`, Invalid for what is missing."""
        ...

    def left(self, ticket: Ticket, at: datetime) -> Left | None:
        """What is left until its next deadline, by the hours in which it runs; None where nothing is due."""
        ...

    async def attach(
        self, ticket: str, *, name: str, media_type: str, data: bytes, by: str, at: datetime
    ) -> AttachmentView:
        """Store a file; Invalid `attachment-…`, Refused `attachments-full`."""
        ...

    async def attachment(self, ticket: str, attachment: str) -> AttachmentFile | None:
        """A file of this ticket, compared with its hash; Unavailable `attachment-damaged`."""
        ...

    async def clean_copy(self, file: AttachmentFile) -> bytes:
        """A picture without where, when and by whom it was taken; Refused `attachment-no-copy` for what is no JPEG, PNG, WebP."""
        ...

    async def status(self, code: str, asker: str, at: datetime) -> StatusView:
        """What whoever has the code is told; TooMany for an asker who guesses."""


class Outbox(Protocol):
    """Messages to people, and from them."""

    async def list(self, wanted: OutboxFilter) -> Sequence[Message]:
        """Latest first."""
        ...

    async def resend(self, message: str, *, confirm: bool, at: datetime) -> Message:
        """By hand; NotFound `message-unknown`, Refused `message-not-resendable`, `message-unconfirmed`."""
        ...

    async def statement(self, month: str) -> StatementView:
        """A month such as 2026-11."""
        ...

    async def statement_csv(self, month: str) -> str:
        """The same as a table."""
        ...

    async def to_tell(self, told: bool | None, limit: int) -> Sequence[ToTellRow]:
        """Who waits longest first."""
        ...

    async def untold(self, skip: int, limit: int, *, latest: bool) -> tuple[Sequence[ToTellRow], int]:
        """A part of those who wait, who waits longest first, else the latest; and how many there are."""
        ...

    async def mark_told(self, line: str, by: str, at: datetime, *, seen: str = "") -> ToTellRow:
        """The first mark stays; NotFound `to-tell-unknown`."""
        ...

    async def inbound(self, limit: int) -> Sequence[InboundSms]:
        """Latest first."""
        ...


class Tokens(Protocol):
    """API tokens."""

    async def find(self, digest: str, at: datetime) -> Token | None:
        """The token whose SHA-256 this is; None when there is none, it was revoked, or its contact point is none now."""
        ...

    async def belongs(self, contact: str, at: datetime) -> Belongs | None:
        """Of which agency a contact point is that day; None when it is none any more."""
        ...

    async def used(self, token: str, at: datetime) -> None:
        """Note that the token of this id was used; told once in a while, not each time."""
        ...


class Acts(Protocol):
    """Acts of people, for the audit."""

    async def note(self, act: Acting) -> None:
        """Write down an act that was done and that no change has told of; Unavailable `audit-unavailable`."""
        ...

    async def refused(self, act: Acting) -> None:
        """Write down that somebody wanted a recording without the right to it."""
        ...


class Check(Protocol):
    """One thing that must answer before calls can be served."""

    @property
    def name(self) -> str:
        """Short kebab-case name: sip, ami, disk, database."""
        ...

    async def __call__(self) -> None:
        """Return when all is well; raise a HotlineError that says what is wrong and the cure."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them."""

    calls: Calls
    listening: Listening
    exports: Exports
    backups: Backups
    chores: Chores
    disclosures: Disclosures
    packs: Packs
    catalogue: Catalogue
    retention: RetentionPort
    evidence: EvidencePort
    citizens: CitizenPort
    lines: AgentLines
    #: who calls at each
    callers: LineCallers
    #: what happens now
    live: LiveStreams
    queue: WaitingCallers
    abandoned: Abandoned
    voicemails: Voicemails
    alarms: Alarms
    #: who is told of them away from the desk
    watch: WatchPort
    limits: LimitsPort
    shifts: Shifts
    #: the plan changed and looked over
    roster: RosterPort
    pauses: PauseReasons
    deadlines: Deadlines
    people: People
    directory: DirectoryPort
    letters: LettersPort
    menu: MenuPort
    tickets: Tickets
    figures: Figures
    faq: Faq
    #: no attachment outside this folder is ever sent
    attachments_root: Path
    drafts: Drafts
    outbox: Outbox
    templates: TemplatesPort
    gateways: GatewaysPort
    webhooks: Webhooks
    links: OfficerLinks
    packages: PackageLinks
    callbacks: CallBacks
    cascades: Cascades
    tokens: Tokens
    api_tokens: ApiTokens
    #: signing in at the desk
    door: Door
    users: Users
    wallboards: Wallboards
    acts: Acts
    checks: Sequence[Check]
    #: metrics of the whole service; the API adds its own
    registry: CollectorRegistry
    #: the time now, aware UTC
    clock: Callable[[], datetime]
