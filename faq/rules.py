"""What a text of an answer may be, and who may write, publish and see which. Pure; refuses with what would be right."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.core.persons import same_person
from hotline1022.core.texts import tidy
from hotline1022.faq.states import BY_ANOTHER, NEEDS_REASON, TODAY, follow
from hotline1022.faq.types import OPEN, Account, Author, Entry, Move, State, Text, Version

#: field → least and most characters; those of LINES may have several lines
BOUNDS = {
    "question": (3, 300),
    "answer": (1, 4000),
    "keywords": (0, 300),
    "legal_source": (0, 500),
    "category": (0, 40),
}
LINES = frozenset({"answer"})
WHY = 500
#: a last day lies in these years
YEARS = range(2000, 2200)
_NO_ACCOUNTS: Mapping[str, Account] = MappingProxyType({})


def text_of(given: Text) -> Text:
    """The text in its one form; Invalid `faq-question`, `faq-answer`, … by the first field that is wrong."""
    problems = problems_of(given)
    for error_id, said in problems.items():
        raise Invalid(said, error_id=error_id)
    clean = {name: tidy(getattr(given, name), lines=name in LINES) or "" for name in BOUNDS}
    return Text(**clean, valid_to=given.valid_to)


def problems_of(given: Text) -> dict[str, str]:
    """error_id → what is wrong and the cure, field by field; empty for a text that is right."""
    found: dict[str, str] = {}
    for name, (least, most) in BOUNDS.items():
        clean = tidy(getattr(given, name), lines=name in LINES)
        error_id = f"faq-{name.replace('_', '-')}"
        if clean is None:
            found[error_id] = f"{name} has a control character; write plain text"
        elif not least <= len(clean) <= most:
            found[error_id] = f"{name} has {len(clean)} characters; write {least} to {most}"
    if given.valid_to is not None and given.valid_to.year not in YEARS:
        found["faq-valid-to"] = f"valid_to is out of range; choose a year from {YEARS[0]} to {YEARS[-1]}"
    return found


def check_agency(by: Author, agency: str) -> None:
    """Refused `faq-agency` unless the author writes for this agency."""
    if by.agencies is not None and agency not in by.agencies:
        text = f"entries of {agency or 'no agency'} are not yours to change; choose one of your own agency"
        raise Refused(text, error_id="faq-agency")


def check_seen(by: Author, entry: Entry) -> None:
    """NotFound `faq-unknown` for who may not see it: of another agency there is none."""
    if not by.reads_all and by.agencies is not None and entry.agency not in by.agencies:
        raise unknown(entry.id)


def unknown(entry: str) -> NotFound:
    """That there is no such entry."""
    return NotFound(f"there is no question {entry}; look in the list", error_id="faq-unknown")


def written(entry: Entry | None, text: Text, by: Author, at: datetime) -> Version:
    """The version that writing this text gives: the draft changed, or a new one: beside what is published, and in place of a draft
    that somebody else wrote.

    Refused `faq-state` while a version is proposed.
    """
    now = entry.open if entry else None
    number = entry.last + 1 if entry else 1
    if now is not None:
        number = number if _of_another(now, text, by) else now.number
        state = follow(now.state, Move.EDIT)
        authors = now.authors | by.keys
        return replace(now, number=number, state=state, text=text, authors=authors, written_by=by.name, written_at=at)
    return Version(number=number, state=State.DRAFT, text=text, authors=by.keys, written_by=by.name, written_at=at)


def edited(entry: Entry, text: Text, by: Author, at: datetime) -> Entry:
    """The entry with this text as its draft. What somebody else wrote there stays among its versions, dropped. Refused as `written`."""
    after, now = written(entry, text, by, at), entry.open
    if now is not None and after.number != now.number:
        dropped = replace(now, state=follow(now.state, Move.DROP), ended_by=by.name, ended_at=at)
        entry = with_version(entry, dropped, at)
    return with_version(entry, after, at)


def _of_another(now: Version, text: Text, by: Author) -> bool:
    """Whether a text of somebody else would be lost under this one."""
    return now.written_by != by.name and now.text != text


def wrote(version: Version, by: Author, accounts: Mapping[str, Account] = _NO_ACCOUNTS) -> bool:
    """Whether somebody wrote a part of it: by the same key, or as the same person by name (core/persons.py), at a command line, by a
    token or by another account. `accounts`: `user:ID` → who that is by now, for the keys of both.
    """
    if by.keys & version.authors:
        return True
    called = {f"user:{one.login}": one.name for one in accounts.values()}

    def known(key: str) -> str:
        return f"user:{accounts[key].login}" if key in accounts else key

    return any(same_person(known(one), known(other), called) for one in by.keys for other in version.authors)


def new_entry(id: str, agency: str, version: Version, at: datetime) -> Entry:
    """A new entry of one version, which is worked on."""
    return Entry(
        id=id, agency=agency, created_at=at, changed_at=at, revision=1, opened=version.number, versions=(version,)
    )


def moved(
    entry: Entry, move: Move, why: str, by: Author, at: datetime, accounts: Mapping[str, Account] = _NO_ACCOUNTS
) -> Version:
    """The version after a move. `withdraw` is done to the published one, all others to the one that is worked on. `accounts`: as `wrote`.

    Refused `faq-state`, `faq-same-person`, `faq-over`; Invalid `faq-why`.
    """
    number = entry.published if move is Move.WITHDRAW else entry.opened
    if not number:
        what = "published" if move is Move.WITHDRAW else "worked on"
        raise Refused(f"this question has no version that is {what}; look at it again", error_id="faq-state")
    version = entry.version(number)
    state = follow(version.state, move)
    said = tidy(why)
    if said is None or len(said) > WHY or (move in NEEDS_REASON and not said):
        raise Invalid(f"{move} needs its reason; write 1 to {WHY} characters on one line", error_id="faq-why")
    if move in BY_ANOTHER and wrote(version, by, accounts):
        text = (
            "who wrote a part of this version does not publish it, and an account, a token and a shell of one name are one "
            "person; ask somebody else of your agency"
        )
        raise Refused(text, error_id="faq-same-person")
    if move in TODAY and version.out_of_date(at):
        text = f"it held until {version.text.valid_to}; write a later last day first"
        raise Refused(text, error_id="faq-over")
    # who publishes sees why it was returned before
    kept = version.why if move is Move.PROPOSE else ""
    after = replace(version, state=state, why=said or kept)
    match move:
        case Move.PROPOSE:
            return replace(after, proposed_by=by.name, proposed_at=at)
        case Move.PUBLISH:
            return replace(after, published_by=by.name, published_at=at)
        case Move.DROP | Move.WITHDRAW:
            return replace(after, ended_by=by.name, ended_at=at)
        case Move.RETURN | Move.EDIT | Move.REPLACE:
            return after


def replaced(entry: Entry, by: Author, at: datetime) -> Version | None:
    """What becomes of the version that is published when another one is; None where none is."""
    if not entry.published:
        return None
    before = entry.version(entry.published)
    return replace(before, state=follow(before.state, Move.REPLACE), ended_by=by.name, ended_at=at)


def with_version(entry: Entry, after: Version, at: datetime) -> Entry:
    """The entry as it stands with this version, and any other as it was."""
    others = tuple(one for one in entry.versions if one.number != after.number)
    published = after.number if after.state is State.PUBLISHED else entry.published
    if after.number == entry.published and after.state is not State.PUBLISHED:
        published = 0
    opened = entry.opened if after.number != entry.opened else 0
    if after.state in OPEN:
        opened = after.number
    return replace(
        entry,
        changed_at=at,
        published=published,
        opened=opened,
        last=max(entry.last, after.number),
        versions=tuple(sorted((*others, after), key=lambda one: -one.number)),
    )
