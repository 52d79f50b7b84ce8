"""Values of the tickets room: a ticket, its history, attachments, reminders, and what is wanted of it.

Refuses nothing itself: states.py says what may follow what, acts.py what each change needs. Ids and names of agencies,
categories, areas and contacts stand side by side, the names as they were at that time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

#: characters that people put between the digits of a number
_BETWEEN = str.maketrans("", "", " .-/()\u00a0")


def phone_key(phone: str) -> str:
    """A number without what people put between its digits."""
    return phone.translate(_BETWEEN)


class State(StrEnum):
    """Where a ticket stands. The table in states.py says what leads where."""

    RESERVED = "reserved"
    DROPPED = "dropped"
    NEW = "new"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    WITH_LEADER = "with-leader"
    EXTENDED = "extended"
    WAITING = "waiting"
    RETURNED = "returned"
    ANSWERED = "answered"
    REOPENED = "reopened"
    COMPLETED = "completed"
    REFUSED = "refused"


#: kept for a cascade; in no list, and nobody is told of them
HIDDEN = frozenset({State.RESERVED, State.DROPPED})
#: nothing more is to be done
CLOSED = frozenset({State.COMPLETED, State.REFUSED})
#: 1022 should forward it, or answer it itself
TO_FORWARD = frozenset({State.NEW, State.RETURNED, State.REOPENED})
#: somebody of the agency should take it
TO_ACCEPT = frozenset({State.FORWARDED, State.WITH_LEADER})
#: an answer is owed, and the clock runs
TO_ANSWER = TO_FORWARD | TO_ACCEPT | {State.ACCEPTED, State.EXTENDED}


#: open, but what is next is for 1022 to do
OWED_BY_1022 = frozenset({State.ANSWERED, State.RETURNED})


class Action(StrEnum):
    """What is done to a ticket."""

    RESERVE = "reserve"
    OPEN = "open"
    TAKE = "take"
    DROP = "drop"
    FORWARD = "forward"
    ACCEPT = "accept"
    PASS_TO_LEADER = "pass-to-leader"
    RETURN = "return"
    WAIT = "wait"
    RESUME = "resume"
    EXTEND = "extend"
    ANSWER = "answer"
    COMPLETE = "complete"
    REFUSE = "refuse"
    REOPEN = "reopen"
    EDIT = "edit"
    ATTACH = "attach"
    LINK = "link"
    #: a citizen's number was shown to an officer
    REVEAL = "reveal"


#: these change no state; possible wherever a ticket is seen
KEEPING = frozenset({Action.EDIT, Action.ATTACH, Action.LINK})
#: these change nothing, and are known afterwards
LOOKING = frozenset({Action.REVEAL})
#: the cascade's own
OF_THE_CASCADE = frozenset({Action.RESERVE, Action.OPEN, Action.TAKE, Action.DROP})
#: what people ask for by its name alone
BY_HAND = frozenset(Action) - KEEPING - LOOKING - OF_THE_CASCADE
#: what an agency itself does to a ticket that it has; all else is 1022's
OF_AGENCIES = BY_HAND - {Action.FORWARD, Action.COMPLETE, Action.REFUSE, Action.REOPEN}
#: somebody of the agency works on it
HANDLING = (State.ACCEPTED, State.EXTENDED, State.WITH_LEADER)


class Requester(StrEnum):
    """Who asks."""

    PERSON = "person"
    BUSINESS = "business"


class Kind(StrEnum):
    """What is asked: thắc mắc, phản ánh, kiến nghị."""

    QUESTION = "question"
    REPORT = "report"
    PROPOSAL = "proposal"


class Urgency(StrEnum):
    """How soon it must be answered."""

    ORDINARY = "ordinary"
    URGENT = "urgent"


class Channel(StrEnum):
    """How it came in."""

    PHONE = "phone"
    VOICEMAIL = "voicemail"
    CASCADE = "cascade"
    SMS = "sms"
    EMAIL = "email"
    CHAT = "chat"
    WEB = "web"
    API = "api"


class Clock(StrEnum):
    """By which hours a ticket's deadlines run: the offices', or day and night."""

    WORKING = "working"
    CALENDAR = "calendar"


class Deadline(StrEnum):
    """What has a time by which it must be done."""

    FORWARD = "forward"
    ACCEPT = "accept"
    ANSWER = "answer"


#: which deadlines count in which states; the time itself is the ticket's field DEADLINE_by
OWED_IN = {Deadline.FORWARD: TO_FORWARD, Deadline.ACCEPT: TO_ACCEPT, Deadline.ANSWER: TO_ANSWER}


class Standing(StrEnum):
    """How a ticket stands against its deadlines at some moment. Each is open or closed; each of these in time or not."""

    OPEN = "open"
    #: a deadline that counts in its state had passed
    OVERDUE = "overdue"
    OPEN_IN_TIME = "open-in-time"
    CLOSED = "closed"
    #: answered, or closed without an answer, by the time that was set last
    CLOSED_IN_TIME = "closed-in-time"
    CLOSED_LATE = "closed-late"
    #: by the time that was set first, before any extension
    CLOSED_IN_FIRST_TIME = "closed-in-first-time"


#: in a filter of agency, category, service group or area: those that have none
NONE = "-"


class Purpose(StrEnum):
    """Why a call and a ticket belong together. By itself a call makes one ticket for each purpose but `talk`."""

    TALK = "talk"
    CASCADE = "cascade"
    VOICEMAIL = "voicemail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """An id and the name that belongs to it now."""

    id: str = ""
    name: str = ""
    #: an agency that is no more, and nobody took over
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request as it stands. Times are aware UTC; "" = not known, or nobody."""

    id: str
    #: digits; the last one proves the others
    code: str
    created_at: datetime
    channel: Channel
    state: State
    urgency: Urgency = Urgency.ORDINARY
    kind: Kind = Kind.REPORT
    requester: Requester = Requester.PERSON
    name: str = ""
    #: E.164, or as given where no number can be made of it
    phone: str = ""
    email: str = ""
    address: str = ""
    area: str = ""
    area_name: str = ""
    category: str = ""
    category_name: str = ""
    service_group: str = ""
    agency: str = ""
    agency_name: str = ""
    content: str = ""
    #: content of handling
    answer: str = ""
    #: contact point who has it
    owner: str = ""
    owner_name: str = ""
    #: since when its deadlines run: it was made, or reopened; None while it is reserved
    begun_at: datetime | None = None
    #: these of the present round: history has the earlier ones
    forwarded_at: datetime | None = None
    accepted_at: datetime | None = None
    answered_at: datetime | None = None
    #: completed or refused
    closed_at: datetime | None = None
    #: the times by which it must be done; None where nothing is due
    forward_by: datetime | None = None
    accept_by: datetime | None = None
    answer_by: datetime | None = None
    #: `answer_by` before it was extended
    original_answer_by: datetime | None = None
    clock: Clock = Clock.WORKING
    #: since when the clock stands still: the citizen is waited for
    stopped_at: datetime | None = None
    made_by: str = ""
    #: grows by one with each change: who changes must have seen this one
    version: int = 1
    #: ids of calls, in the order in which they were linked
    calls: tuple[str, ...] = ()

    @property
    def phone_key(self) -> str:
        """By this the number is searched."""
        return phone_key(self.phone)

    def late(self, at: datetime) -> tuple[Deadline, ...]:
        """The deadlines that have passed, of those that count now."""
        by = {Deadline.FORWARD: self.forward_by, Deadline.ACCEPT: self.accept_by, Deadline.ANSWER: self.answer_by}
        passed = (one for one, when in by.items() if when is not None and when <= at)
        return tuple(one for one in passed if self.state in OWED_IN[one])

    def standing(self, at: datetime) -> Standing:
        """Open or closed, in time or not, looked at then; of a ticket that has begun."""
        if self.closed_at is None:
            return Standing.OVERDUE if self.late(at) else Standing.OPEN_IN_TIME
        finished = self.answered_at or self.closed_at
        in_time = self.answer_by is not None and finished <= self.answer_by
        return Standing.CLOSED_IN_TIME if in_time else Standing.CLOSED_LATE


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One change: who, when, what, why. The `number` of a row is the version of the ticket after it."""

    ticket: str
    number: int
    at: datetime
    by: str
    action: Action
    #: None: it was made
    before: State | None
    after: State
    why: str = ""
    #: field → [before, after], times as ISO 8601
    changes: Mapping[str, Any] = field(default_factory=dict)


#: in the changes of a `reveal`: the contact point to which the number was shown
SHOWN_TO = "shown_to"
#: in the changes of the row by which a request was written down: what its agent had begun to answer, and has not completed it with
BEGUN = "begun_answer"
#: in the changes of the row with an answer: which answers of the agencies it is, `ENTRY/NUMBER` with blanks between, and their questions,
#: each on a line
FAQ, FAQ_QUESTIONS = "faq", "faq_questions"


def only_looked(history: Sequence[HistoryRow], seen: int | None) -> bool:
    """Whether nothing but looks at the number happened since that version: nobody is stopped by those."""
    since = [row for row in history if seen is not None and row.number > seen]
    return bool(since) and all(row.action in LOOKING for row in since)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change that is about to be written, for whoever must know in the same transaction."""

    before: Ticket | None
    after: Ticket
    row: HistoryRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a ticket. Its name is for people: the file itself lies under its id."""

    id: str
    ticket: str
    name: str
    media_type: str
    size: int
    sha256: str
    #: below the attachments folder
    path: str
    stored_at: datetime
    stored_by: str


class ReminderKind(StrEnum):
    """What is reminded of."""

    BEFORE_ACCEPT = "before-accept"
    BEFORE_ANSWER = "before-answer"
    EXPIRED = "expired"
    NOT_FORWARDED = "not-forwarded"


class Recipient(StrEnum):
    """Who is reminded: who has the ticket, the leader of that agency, or 1022's own people, by an alarm."""

    OFFICER = "officer"
    LEADER = "leader"
    HOTLINE = "hotline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One reminder; a later deadline is another one."""

    kind: ReminderKind
    to: Recipient
    #: the deadline
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCursor:
    """The last ticket of a page; the next page begins before it (newest first), or behind it in a list of what is due first."""

    created_at: datetime
    ticket: str
    #: in a list of what is due first: by when it must be done; None = nothing is owed
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """Which tickets are wanted; None or "" means all, NONE those without. Newest first. Hidden ones are never among them."""

    code: str = ""
    state: State | None = None
    #: of any of these
    agencies: frozenset[str] = frozenset()
    category: str = ""
    #: a Ticket's phone_key
    phone: str = ""
    #: a call that belongs to it
    call: str = ""
    since: datetime | None = None
    until: datetime | None = None
    #: all of these, anywhere, in any form
    words: str = ""
    #: the words are looked for only in what whoever may not see the citizen reads: in no name, address or telephone number
    open_words: bool = False
    #: the first of the deadlines that count is met by then: from, and before; what is paused or closed has none
    due_since: datetime | None = None
    due_until: datetime | None = None
    #: a deadline that counts had passed at this time: Ticket.late says which
    overdue_at: datetime | None = None
    channel: Channel | None = None
    #: service group
    service: str = ""
    area: str = ""
    #: how it stood, looked at `standing_at`
    standing: Standing | None = None
    standing_at: datetime | None = None
    before: TicketCursor | None = None
    #: in any of these states
    states: frozenset[State] = frozenset()
    #: what must be done first comes first, what is owed nothing last
    due_first: bool = False
    #: rows that are passed over
    skip: int = 0
    #: rows at most
    limit: int = 50
