"""The page of one citizen's data as templates want it: what there is, what an erasure would take, what stays and why, what was given out
and erased before. Refuses a letter without number, and a reason without words.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.acting import acting
from hotline1022.core.errors import HotlineError, Invalid
from hotline1022.web.citizen_wire import CitizenExportView, CitizenHistory, ErasureRequestView, ErasureView
from hotline1022.web.desk import seen
from hotline1022.web.desk.figures_said import count
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.render import show
from hotline1022.web.failures import failure
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

HERE = "/desk/citizens"
#: what is kept, in the order of the page
PARTS = ("calls", "tickets", "messages", "sms", "to_tell", "drafts", "told", "rung")
#: those whose ids people know, or find
NAMED = ("calls", "rung", "tickets", "drafts")
#: of a number, a letter, a reason
NUMBER_MOST, LETTER_MOST, WHY_MOST = 40, 100, 350
#: things of one kind that a page lists by themselves
SHOWN = 300
_EMPTY = {"number": "", "reason": "", "letter": "", "text": "", "audio": "", "why": "", "erase_letter": ""}


def typed_of(form: Form) -> dict[str, str]:
    """All fields of the page, cut where no page lets anybody type more."""
    most = {"number": NUMBER_MOST, "letter": LETTER_MOST, "erase_letter": LETTER_MOST}
    return {name: form.one(name).strip()[: most.get(name, WHY_MOST)] for name in _EMPTY}


def reason_of(letter: str, why: str) -> str:
    """Letter and reason as one text, as they are kept. Invalid `citizen-letter`, `citizen-why`."""
    if not letter:
        raise Invalid("the letter has no number; write it", error_id="citizen-letter")
    if not why:
        raise Invalid("the reason is empty; write it", error_id="citizen-why")
    return words()("citizens.reason-of", letter=letter, why=why)


async def page_of(
    ask: Ask,
    error: HotlineError | None = None,
    *,
    typed: Mapping[str, str] | None = None,
    look: bool = False,
) -> web.Response:
    """The page; with `look` and a number, with what is kept under it."""
    assert ask.signed is not None
    given = _EMPTY | dict(typed or {})
    found: ErasureView | None = None
    if look:
        try:
            found = await ask.ports.citizens.look(given["number"])
        except HotlineError as wrong:
            error = error or wrong
    if found and error:
        await note_look(ask, error)
    terms = (await ask.ports.retention.terms()).terms
    days = (_days(terms.ordinary), _days(terms.emergency))
    return show(
        ask,
        "citizens",
        error=error,
        typed=given,
        looked=look,
        found=data_of(ask, found) if found else None,
        reasons=ask.ports.listening.reasons(),
        listens=ask.signed.may(Permission.LISTEN),
        days=days,
        most=(LETTER_MOST, WHY_MOST),
        **_history(ask, await ask.ports.citizens.history()),
    )


async def note_look(ask: Ask, error: HotlineError) -> None:
    """Write down who asks, before an answer that refuses something shows a citizen's data, or whose number it is, all the same."""
    act = acting()
    if act is not None:
        act.detail = {**act.detail, "status": failure(error).status}
        await ask.ports.acts.note(act)


def data_of(ask: Ask, found: ErasureView) -> dict[str, Any]:
    """What there is, as tables: each part with how many go and stay, what goes by itself, what stays with the reason."""
    going = [one for one in found.things if not one.why]
    staying = [one for one in found.things if one.why]
    rows = []
    for part in PARTS:
        goes = [one for one in going if one.part == part]
        stays = [one for one in staying if one.part == part]
        if goes or stays:
            rows.append(
                {
                    "part": part.replace("_", "-"),
                    "all": len(goes) + len(stays),
                    "goes": len(goes),
                    "stays": len(stays),
                    "going": [
                        {"id": one.id if part in NAMED else "", "at": seen.instant(one.at)} for one in goes[:SHOWN]
                    ],
                    "more": max(0, len(goes) - SHOWN),
                    "since": seen.instant(min(one.at for one in goes)) if goes else "",
                    "until": seen.instant(max(one.at for one in goes)) if goes else "",
                }
            )
    assert ask.signed is not None
    opens = ask.signed.may(Permission.LOOK)
    return {
        "rows": rows,
        "recordings": found.recorded,
        "freed": found.recordings,
        "words": found.words,
        "anything": bool(going) or found.words > 0,
        "empty": not found.things and not found.words,
        "going": len(going),
        "staying": [
            {
                "part": one.part.replace("_", "-"),
                "id": one.id if one.part in NAMED else "",
                "at": seen.instant(one.at),
                "why": _sentence(words().or_itself("citizen-kept", one.why)),
                "link": f"/desk/tickets/{one.id}" if one.part == "tickets" and opens else "",
            }
            for one in staying[:SHOWN]
        ],
        "staying_more": max(0, len(staying) - SHOWN),
        "seen": found.seen,
    }


def request_of(ask: Ask, one: ErasureRequestView) -> dict[str, Any]:
    """A request to erase, in words."""
    return {
        "id": one.request,
        "stage": one.stage.value,
        "reason": seen.free(ask, one.reason),
        "asked_at": seen.instant(one.asked_at),
        "asked_by": seen.who(one.asked_by),
        "confirmed_at": seen.instant(one.confirmed_at) if one.confirmed_at else "",
        "confirmed_by": seen.who(one.confirmed_by) if one.confirmed_by else "",
        "done_at": seen.instant(one.done_at) if one.done_at else "",
        "pseudonym": one.pseudonym,
        "counts": _counts(one.counts, "citizen-part"),
        "kept": _counts(one.kept, "citizen-kept"),
    }


def _days(days: int) -> str:
    say = words()
    return say("terms.days", count=count(days)) if days else say("terms.for-ever")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _history(ask: Ask, found: CitizenHistory) -> dict[str, Any]:
    names = {one.id: one.name for one in ask.ports.listening.reasons()}
    return {
        "erasures": [request_of(ask, one) for one in found.erasures],
        "exports": [_export(ask, one, names) for one in found.exports],
    }


def _export(ask: Ask, one: CitizenExportView, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "at": seen.instant(one.at),
        "by": seen.who(one.by),
        "reason": names.get(one.reason, one.reason),
        "text": seen.free(ask, one.text),
        "counts": _counts(one.counts, "citizen-data"),
        "audio": one.audio,
        "recordings": one.recordings,
        "left_out": one.left_out,
    }


def _counts(counts: Mapping[str, Any], table: str) -> Sequence[tuple[str, int]]:
    """Of each how many, those that there are; somebody may have spoilt the entry that tells of them."""
    say = words()
    known = [(_sentence(say.or_itself(table, name.replace("_", "-"))), many) for name, many in counts.items()]
    return [(name, many) for name, many in known if isinstance(many, int) and many]
