"""The values of a disclosure: what a unit asks for by letter, and what became of it. Refuses a request that leaves out why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hotline1022.core.clock import aware
from hotline1022.core.errors import Invalid

#: recordings of one disclosure at most
MOST = 50
#: characters of a text at most
LONGEST = 500


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

    def __post_init__(self) -> None:
        for name in ("unit", "letter", "person", "why"):
            if not 1 <= len(getattr(self, name).strip()) <= LONGEST:
                text = f"{name} of the request is missing or too long; write 1 to {LONGEST} characters"
                raise Invalid(text, error_id="disclosure-invalid")
        if not 1 <= len(set(self.recordings)) == len(self.recordings) <= MOST:
            text = f"a disclosure is about 1 to {MOST} recordings, each once; name them"
            raise Invalid(text, error_id="disclosure-invalid")


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

    def __post_init__(self) -> None:
        aware(self.asked_at)


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
