"""What must be so before a disclosure is allowed, and its package made, handed out or fetched: another person, and the chain tells of
it, whatever became of the rows. Changes nothing.
"""

from hotline1022.audit.disclosed import OF_LINKS, as_told, erased_terms, terms_now, told_links
from hotline1022.audit.types import Kind
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Work
from hotline1022.evidence.states import BY_ANOTHER, Move, check_person
from hotline1022.evidence.types import Disclosure, DownloadLink

#: who acts by an account
_USER = "user:"
#: letters of the terms that are enough to say which were seen
TERMS = 8
#: after these nothing is allowed but what the last of them allows
_DECIDED = frozenset(
    {
        Kind.DISCLOSURE_REQUESTED,
        Kind.DISCLOSURE_CHANGED,
        Kind.DISCLOSURE_APPROVED,
        Kind.DISCLOSURE_REFUSED,
        Kind.DISCLOSURE_WITHDRAWN,
        Kind.DISCLOSURE_EXPIRED,
    }
)
#: with what is done with an allowed one
_DONE = _DECIDED | {Kind.DISCLOSURE_PACKED, Kind.DISCLOSURE_HANDED_OUT}
_OUT = (Kind.DISCLOSURE_PACKED, Kind.DISCLOSURE_HANDED_OUT)


async def check_who(tx: Work, move: Move, asked_by: str, actor: str) -> None:
    """Refused `same-person`, `not-who-asked` (see evidence.states.check_person); `disclosure-asker-unknown` where whoever asked
    has another login by now, so that nobody can be told from them.
    """
    found = {
        one: await tx.accounts.by_login(one.removeprefix(_USER)) for one in {asked_by, actor} if one.startswith(_USER)
    }
    called = {one: user.name for one, user in found.items() if user is not None}
    check_person(move, asked_by, actor, called)
    if move in BY_ANOTHER and asked_by.startswith(_USER) and asked_by not in called:
        text = f"nobody is called {asked_by} any more, so who asked is not known; refuse it, and have it asked anew"
        raise Refused(text, error_id="disclosure-asker-unknown")


def check_terms(one: Disclosure, terms: str) -> None:
    """Who allows has seen what goes out. Refused `disclosure-terms`."""
    if not terms and not one.request.parts and one.revision == 1:
        return
    if len(terms) < TERMS or not one.request.terms.startswith(terms):
        text = (
            f"only a part of what was recorded goes out, or what is asked for was changed; look at it "
            f"(hotline1022 evidence disclosure {one.id}), then allow it with the terms that are shown there"
        )
        raise Refused(text, error_id="disclosure-terms")


async def check_allowed(tx: Work, one: Disclosure) -> None:
    """What goes out is what the chain says was allowed, whatever became of the row. Refused `disclosure-not-allowed`."""
    told = await tx.audit.told_about(f"disclosure:{one.id}", _DECIDED)
    last = told[-1] if told else None
    erased = erased_terms([entry async for entry in tx.audit.of_kind(Kind.CITIZEN_ERASED, last.seq)]) if last else []
    terms = terms_now(one.id, last.seq, last.told.get("terms"), erased) if last else None
    if last is None or last.kind != Kind.DISCLOSURE_APPROVED or terms != one.request.terms:
        text = (
            f"the audit does not tell that the disclosure {one.id} was allowed as it is now; ask for it anew, have it allowed, "
            "and find out who changed its row (hotline1022 evidence verify)"
        )
        raise Refused(text, error_id="disclosure-not-allowed")


async def check_packed(tx: Work, one: Disclosure) -> None:
    """The package that its row names is the one that was packed, and may go out. Refused `disclosure-not-allowed`."""
    told = await tx.audit.told_about(f"disclosure:{one.id}", _DONE)
    packed = [entry.told.get("sha256") for entry in told if entry.kind == Kind.DISCLOSURE_PACKED]
    if not told or told[-1].kind not in _OUT or packed[-1:] != [one.sha256]:
        text = (
            f"the audit does not tell that this package of the disclosure {one.id} was made and is still good; ask for it anew, "
            "and find out who changed its row (hotline1022 evidence verify)"
        )
        raise Refused(text, error_id="disclosure-not-allowed")


async def link_stands(tx: Work, link: DownloadLink, one: Disclosure) -> bool:
    """Whether the chain tells of this link as its row says it, to this package, and that it was not taken back."""
    entries = await tx.audit.told_about(f"disclosure:{link.disclosure}", OF_LINKS)
    told = told_links(entries).get(link.id)
    return told is not None and told.ended_at is None and told.sha256 == one.sha256 and as_told(told, link)
