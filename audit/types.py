"""The values of the audit: one entry of the chain and its hash, the kinds there are; what is found wrong: faults.py. No I/O.

    sha256(canonical({seq, at, kind, actor, origin, subject, detail, prev}))

The canonical form is JSON with sorted keys, no blanks, UTF-8, NFC, no floats (RFC 8785 for what is allowed here), so that
a stranger can compute it with any JSON library. An entry never holds what a citizen said or wrote, nor a secret: it is
kept for ever, and erasing would break the chain.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from hotline1022.audit.faults import Fault, Finding
from hotline1022.core.clock import aware
from hotline1022.core.texts import one_form

__all__ = ["Fault", "Finding"]  # of faults.py; what is made here needs no list

#: what stands before the first entry
BEFORE_THE_FIRST = "0" * 64
_HASH = re.compile(r"[0-9a-f]{64}")


class Kind(StrEnum):
    """What an entry says. The database keeps it as text: an entry outlives the program that wrote it."""

    #: a person or a program changed something; `detail` names the route or the command
    ACT = "act"
    #: originals of a call were hashed and filed: one entry a call and filing
    RECORDING_STORED = "recording-stored"
    #: a call was answered and could not be recorded, with the reason
    RECORDING_NOT_MADE = "recording-not-made"
    #: somebody asked for a recording without the right to it
    RECORDING_REFUSED = "recording-refused"
    #: originals were hashed again and are as they were: of one recording, or the counts of a run
    RECORDING_VERIFIED = "recording-verified"
    #: a file is not what was stored
    RECORDING_DAMAGED = "recording-damaged"
    RECORDING_PLAYED = "recording-played"
    RECORDING_EXPORTED = "recording-exported"
    RECORDING_HANDED_OUT = "recording-handed-out"
    RECORDING_HELD = "recording-held"
    RECORDING_RELEASED = "recording-released"
    RECORDING_EXPIRED = "recording-expired"
    #: files of another PBX were taken over
    RECORDING_IMPORTED = "recording-imported"
    #: a copy was made from the originals, for the first time or in place of one that was not what was made
    COPY_MADE = "copy-made"
    #: files were written anew under another key; their plain bytes are the same
    RECORDING_SEALED = "recording-sealed"
    DISCLOSURE_REQUESTED = "disclosure-requested"
    #: other parts or bleeps are asked for: it must be allowed anew
    DISCLOSURE_CHANGED = "disclosure-changed"
    DISCLOSURE_APPROVED = "disclosure-approved"
    DISCLOSURE_REFUSED = "disclosure-refused"
    DISCLOSURE_PACKED = "disclosure-packed"
    DISCLOSURE_HANDED_OUT = "disclosure-handed-out"
    #: a link to the package was made for somebody
    DISCLOSURE_LINKED = "disclosure-linked"
    #: bytes of the package are about to be sent by a link
    DISCLOSURE_DOWNLOADED = "disclosure-downloaded"
    DISCLOSURE_WITHDRAWN = "disclosure-withdrawn"
    DISCLOSURE_EXPIRED = "disclosure-expired"
    CITIZEN_EXPORTED = "citizen-exported"
    CITIZEN_ERASED = "citizen-erased"
    CALL_EXPIRED = "call-expired"
    #: recordings from before the chain have their entries from here on
    CHAIN_BEGUN = "chain-begun"
    #: which entries `recording-stored` there are since the last list, as the hash of a list; what is stamped
    CHAIN_LISTED = "chain-listed"
    CHAIN_STAMPED = "chain-stamped"
    CHAIN_CHECKED = "chain-checked"
    #: somebody had everything looked at
    EVIDENCE_VERIFIED = "evidence-verified"
    KEY_MADE = "key-made"
    BACKUP_MADE = "backup-made"
    BACKUP_RESTORED = "backup-restored"
    #: the whole way: password, and second factor where there is one
    USER_SIGNED_IN = "user-signed-in"
    USER_SIGNED_OUT = "user-signed-out"
    #: a user was made or changed, or a role: what it was and what it is
    USER_CHANGED = "user-changed"
    ROLE_CHANGED = "role-changed"
    #: a version of the menu was put in force: its hash, and the version it repeats
    MENU_PUBLISHED = "menu-published"
    #: another wording of a message was put in force: its hash, and the version it repeats
    TEMPLATE_CHANGED = "template-changed"
    #: how long recordings and calls are kept was decided: the days, and those before
    RETENTION_CHANGED = "retention-changed"
    #: deadlines and days off of tickets became others: the hash of the version, and the one before
    DEADLINES_CHANGED = "deadlines-changed"
    #: a new password, by whom
    USER_PASSWORD = "user-password"
    USER_SECOND_FACTOR = "user-second-factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is to be written down; the chain gives it a number and a hash."""

    at: datetime
    kind: Kind
    #: who: `token:NAME`, `person:101`, `cli:USER`, `contact:ID`, `service`
    actor: str
    #: from where: an address, a line, `cli`, `service`
    origin: str = "service"
    #: what it is about: `recording:ID`, `call:ID`, `ticket:ID`, …; "" = nothing in particular
    subject: str = ""
    #: text, whole numbers, truth values, None, lists and mappings of them; floats are refused
    detail: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        aware(self.at)
        if not self.actor:
            raise ValueError("an entry of the audit needs somebody who did it")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of the chain, as it is kept."""

    #: 1 for the first, without gaps
    seq: int
    at: datetime
    #: a word of Kind, or of a later program
    kind: str
    actor: str
    origin: str
    subject: str
    detail: Mapping[str, object]
    #: `sha256` of the entry before, hexadecimal
    prev: str
    #: of this entry with its `prev`, hexadecimal: see chain.py
    sha256: str

    @property
    def told(self) -> Mapping[str, object]:
        """`detail` for who reads it: empty where somebody put something else than a mapping in its place."""
        there: object = self.detail
        return self.detail if isinstance(there, Mapping) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries are wanted, the latest first."""

    #: of these alone; none = nothing
    kinds: frozenset[Kind]
    #: exactly so: `user:lan`; "" = anybody
    actor: str = ""
    since: datetime | None = None
    #: before that moment
    until: datetime | None = None
    #: number of an entry: what comes after it in a list, the latest first; 0 = from the beginning
    after: int = 0
    limit: int

    def __post_init__(self) -> None:
        for one in (self.since, self.until):
            if one is not None:
                aware(one)


def is_hash(text: str) -> bool:
    """Whether this can be a SHA-256 as we write it."""
    return _HASH.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last entry: what a stamp vouches for, and what the next one follows."""

    seq: int
    sha256: str

    def __post_init__(self) -> None:
        if self.seq < 0 or not is_hash(self.sha256):
            raise ValueError(f"not a head of the chain: {self.seq} {self.sha256!r}")


def in_place_of(seq: int, text: str) -> str:
    """What follows an entry takes as its hash, hexadecimal, where `text` stands that cannot be followed: no hash at all, or one
    that another entry follows already. The chain goes on, and that entry stays wrong.
    """
    return hashlib.sha256(f"{seq} {text}".encode(errors="surrogatepass")).hexdigest()


#: of a chain without entries
EMPTY = Head(seq=0, sha256=BEFORE_THE_FIRST)


class Method(StrEnum):
    """How a stamp vouches."""

    #: a time-stamping authority by RFC 3161
    TSA = "tsa"
    #: our own key
    ED25519 = "ed25519"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What vouches from outside for the chain up to one entry."""

    #: `stamp-000000000123-20261129T170001Z`: of its row, and of its file in the second place
    name: str
    #: of the entry
    seq: int
    #: of the entry, hexadecimal
    sha256: str
    at: datetime
    method: Method
    #: the signature, or the authority's whole answer, in base64
    proof: str
    #: SHA-256 of the key's SubjectPublicKeyInfo, hexadecimal; of an authority: of its certificate's key
    key: str
    #: PEM of our key; "" for an authority
    public_key: str = ""
    #: where else it is: `file:NAME`, `mail:ADDRESS`
    sent_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One row of an original, as an entry tells of it."""

    id: str
    path: str
    sha256: str
    #: None where the row does not say
    bytes: int | None
    status: str
    #: SHA-256 of what else the row says of it: whose, which side, when, how long
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The first `count` events of a call's stored history, and their SHA-256."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldHold:
    """One hold on a recording, as entries tell of it; its row says the same."""

    id: str
    #: id of the catalogue
    recording: str
    letter: str
    since: datetime
    by: str
    released_at: datetime | None = None
    released_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One row of a copy, as an entry `copy-made` tells of it."""

    #: `wav` for the stereo one, `mp3` …; of some speakers alone with their keys, `wav of citizen`
    kind: str
    #: below its folder
    name: str
    sha256: str
    #: SHA-256 of what else the row says of it
    rest: str


def link(fact: Fact, head: Head) -> Entry:
    """The entry that follows `head`. ValueError for a detail that has no canonical form."""
    seq, detail = head.seq + 1, _clean_mapping(fact.detail)
    texts = {"actor": one_form(fact.actor), "origin": one_form(fact.origin), "subject": one_form(fact.subject)}
    at = fact.at.astimezone(UTC)
    bare = Entry(seq=seq, at=at, kind=fact.kind.value, detail=detail, prev=head.sha256, sha256="", **texts)
    return Entry(seq=seq, at=at, kind=fact.kind.value, detail=detail, prev=head.sha256, sha256=hash_of(bare), **texts)


def hash_of(entry: Entry) -> str:
    """The hash that this entry should have, hexadecimal."""
    return hashlib.sha256(canonical(contents(entry))).hexdigest()


def contents(entry: Entry) -> dict[str, object]:
    """What the hash covers; the time is UTC with microseconds."""
    return {
        "seq": entry.seq,
        "at": written(entry.at),
        "kind": entry.kind,
        "actor": entry.actor,
        "origin": entry.origin,
        "subject": entry.subject,
        "detail": entry.detail,
        "prev": entry.prev,
    }


def written(at: datetime) -> str:
    """A moment as the chain writes it: `2026-11-29T01:02:03.000004Z`."""
    utc = at if at.tzinfo is UTC else at.astimezone(UTC)
    return f"{utc.isoformat(timespec='microseconds')[: -len('+00:00')]}Z"


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def canonical(value: Mapping[str, object]) -> bytes:
    """The one written form of a document."""
    return _ENCODER.encode(value).encode()


def digest(value: Mapping[str, object]) -> str:
    """SHA-256 of the canonical form, hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def detail_of(originals: Sequence[Original], facts: Facts) -> dict[str, object]:
    """The `detail` of an entry `recording-stored`."""
    files = [asdict(one) for one in sorted(originals, key=lambda one: one.id)]
    return {"files": files, "facts": asdict(facts)}


def originals_of(entry: Entry) -> dict[str, Original]:
    """By id; KeyError, TypeError or ValueError for a detail that is not of an entry `recording-stored`."""
    files = entry.told["files"]
    if not isinstance(files, list) or not all(isinstance(one["id"], str) for one in files):
        raise TypeError("files are no list of files")
    return {one["id"]: Original(**one) for one in files}


def facts_of(entry: Entry) -> Facts:
    """The history that the entry vouches for; the same errors."""
    facts = entry.told["facts"]
    if not isinstance(facts, Mapping) or not isinstance(facts.get("count"), int):
        raise TypeError("facts are no mapping with a count")
    return Facts(**facts)


def _clean_mapping(value: Mapping[str, object]) -> dict[str, object]:
    return {one_form(str(key)): _clean(one) for key, one in value.items()}


def _clean(value: object) -> object:
    match value:
        case None | bool() | int():
            return value
        case str():
            return one_form(value)
        case Mapping():
            return _clean_mapping(value)
        case list() | tuple():
            return [_clean(one) for one in value]
    raise ValueError(f"an entry of the audit cannot hold {type(value).__name__}: write it as text")
