"""The values of a disclosure: what a unit asks for by letter, and what became of it. Refuses a request that leaves out why."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.errors import Invalid

#: recordings of one disclosure at most
MOST = 50
#: characters of a text at most
LONGEST = 500
#: stretches that are bleeped in one disclosure at most
MOST_BLEEPS = 200


class State(StrEnum):
    """Where it stands. The database repeats this list."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    #: a package is there
    PACKED = "packed"
    HANDED_OUT = "handed-out"
    #: its package is gone; the hash stays
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bleep:
    """A stretch that nobody shall hear, in milliseconds from the call's beginning."""

    start_ms: int
    #: the first one after it
    end_ms: int
    #: ids of the tracks; none = all, and both sides of the stereo copy
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What goes out of one recording, in milliseconds from the call's beginning: an excerpt, not the original."""

    recording: str
    start_ms: int
    end_ms: int
    #: within the part, by their beginnings
    bleeps: tuple[Bleep, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a unit asks for."""

    #: the unit
    unit: str
    #: number and day of its letter
    letter: str
    letter_date: date
    #: who of the unit asks
    person: str
    why: str
    #: ids of recordings
    recordings: tuple[str, ...]
    #: of which only a part goes out; the others go out whole
    parts: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        for name in ("unit", "letter", "person", "why"):
            if not 1 <= len(getattr(self, name).strip()) <= LONGEST:
                text = f"{name} of the request is missing or too long; write 1 to {LONGEST} characters"
                raise Invalid(text, error_id="disclosure-invalid")
        if not 1 <= len(set(self.recordings)) == len(self.recordings) <= MOST:
            text = f"a disclosure is about 1 to {MOST} recordings, each once; name them"
            raise Invalid(text, error_id="disclosure-invalid")

    @property
    def terms(self) -> str:
        """SHA-256 of everything that is asked for, hexadecimal: whoever allows it says by this what was seen."""
        values = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=date.isoformat)
        return hashlib.sha256(values.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """A request and what became of it."""

    id: str
    state: State
    request: Request
    #: `token:NAME`, `cli:USER`
    asked_by: str
    asked_at: datetime
    #: who allowed, refused or took it back; "" = nobody yet
    decided_by: str = ""
    decided_at: datetime | None = None
    #: why it was refused or taken back
    words: str = ""
    #: of the package: its file's name, SHA-256 in hexadecimal, bytes; "" and 0 = there is none yet
    package: str = ""
    sha256: str = ""
    bytes: int = 0
    packed_at: datetime | None = None
    #: after this nothing is handed out any more, and the package goes
    expires_at: datetime | None = None
    #: counts up when what is asked for changes
    revision: int = 1

    def __post_init__(self) -> None:
        aware(self.asked_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The last disclosure of a page; the next page begins below it."""

    asked_at: datetime
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which disclosures are wanted, newest first; None or empty means all."""

    state: State | None = None
    #: in the unit or the letter's number, each of them, without marks and case
    words: str = ""
    before: Place | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Disclosures that were looked for."""

    found: tuple[Disclosure, ...]
    #: ids of those whose rows somebody changed so that they cannot be read
    unreadable: tuple[str, ...] = ()
    #: None: this is the last page
    next: Place | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """Who received a package."""

    disclosure: str
    #: name and post, as on the paper that was signed
    received_by: str
    handed_by: str
    at: datetime
    #: of the package, hexadecimal
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadLink:
    """An address by which one recipient fetches a package over the network, for a while."""

    #: 16 hexadecimal digits
    id: str
    disclosure: str
    #: SHA-256 of the secret part of the address, hexadecimal
    key_sha256: str = field(repr=False)
    received_by: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    #: bytes that may be sent by it in all, and that were
    budget: int
    sent: int = 0
    #: when it was ended by hand; None = it was not
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        aware(self.expires_at)
