"""The menu, as an admin sees, writes, checks and publishes it. Refuses what somebody else published or changed meanwhile; what was
typed stays on the page.
"""

from collections.abc import Sequence
from typing import Any

from aiohttp import web

from hotline1022.core.errors import HotlineError
from hotline1022.ivr.types import MenuDraft, MenuVersion
from hotline1022.web.desk.account import DoneQuery
from hotline1022.web.desk.door import see, who
from hotline1022.web.desk.forms import Form
from hotline1022.web.desk.menu_doc import HERE
from hotline1022.web.desk.menu_doc import TEXT as DRAFT
from hotline1022.web.desk.menu_words import fault_words, trouble_words
from hotline1022.web.desk.render import moment, show
from hotline1022.web.menu_wire import NOTE_LIMIT, TEXT_LIMIT, Checked, MenuDraftBody, PublishBody, Remark
from hotline1022.web.page_words import words
from hotline1022.web.route import Ask

#: versions that the page lists
LISTED = 100


async def show_menu(ask: Ask) -> web.Response:
    """What callers hear, and what they heard before."""
    query: DoneQuery = ask.query
    return await _overview(ask, said=_said(query))


async def show_version(ask: Ask) -> web.Response:
    """One version."""
    return await _version(ask)


async def publish_again(ask: Ask) -> web.Response:
    """An earlier version comes back."""
    form: Form = ask.body
    number = int(ask.path["version"])
    note = note_of(form)
    try:
        done = await ask.ports.menu.publish(PublishBody(again=number, seen=form.number("seen"), note=note), who(ask))
    except HotlineError as error:
        return await _version(ask, error, note)
    return see(f"{HERE}?done=published&count={done.version.number}")


async def show_draft(ask: Ask) -> web.Response:
    """The draft, or the text in force to begin one from."""
    draft = await ask.ports.menu.draft()
    version = (await ask.ports.menu.now()).version
    text = draft.text if draft is not None else ""
    if draft is None and version is not None:
        text = (await ask.ports.menu.version(version.number)).text
    query: DoneQuery = ask.query
    found = await ask.ports.menu.check(text) if text else None
    problem = words()("menu-form.not-toml") if query.done == "not-toml" and found and found.problems else ""
    if draft is None:
        return await _draft(ask, text, revision=0, found=found, said=_said(query), problem=problem)
    return await _draft(
        ask,
        text,
        revision=draft.revision,
        seen=draft.base,
        note=draft.note,
        found=found,
        said=_said(query),
        problem=problem,
    )


async def save_draft(ask: Ask) -> web.Response:
    """Look at it, keep it, keep it and try it, or throw it away."""
    form: Form = ask.body
    text, revision, seen = form.one("text"), form.number("revision"), form.number("seen")
    act, note = form.one("act"), note_of(form)
    try:
        if act == "drop":
            await ask.ports.menu.drop_draft(revision)
            return see(f"{HERE}?done=dropped")
        if act in ("save", "try") and text.strip() and len(text) <= TEXT_LIMIT:
            kept = MenuDraftBody(text=text, revision=revision, base=seen, note=note)
            await ask.ports.menu.save_draft(kept, who(ask))
            return see(f"{DRAFT}?done=saved" if act == "save" else f"{HERE}/try?of=draft")
    except HotlineError as error:
        return await _draft(ask, text, revision=revision, seen=seen, note=note, error=error)
    return await _checked(ask, text, revision, seen, note)


async def publish(ask: Ask) -> web.Response:
    """What was typed is put in force, and the draft is no more."""
    form: Form = ask.body
    text, revision, seen = form.one("text"), form.number("revision"), form.number("seen")
    note = note_of(form)
    if not text.strip() or len(text) > TEXT_LIMIT:
        return await _checked(ask, text, revision, seen, note)
    wanted = PublishBody(text=text, seen=seen, draft=revision, note=note)
    try:
        done = await ask.ports.menu.publish(wanted, who(ask))
    except HotlineError as error:
        if error.error_id == "menu-invalid":
            return await _checked(ask, text, revision, seen, note)
        return await _draft(ask, text, revision=revision, seen=seen, note=note, error=error)
    return see(f"{HERE}?done=published&count={done.version.number}")


def note_of(form: Form) -> str:
    """Why, as it was typed."""
    return form.one("note").strip()[:NOTE_LIMIT]


async def _checked(ask: Ask, text: str, revision: int, seen: int, note: str) -> web.Response:
    say = words()
    if not text.strip() or len(text) > TEXT_LIMIT:
        problem = say("menu.text-missing") if not text.strip() else say("menu.text-long", most=TEXT_LIMIT)
        return await _draft(ask, text, revision=revision, seen=seen, note=note, status=400, problem=problem)
    found = await ask.ports.menu.check(text)
    if found.problems:
        problem = say("menu.faulty", count=len(found.problems))
        return await _draft(
            ask, text, revision=revision, seen=seen, note=note, found=found, status=400, problem=problem
        )
    return await _draft(ask, text, revision=revision, seen=seen, note=note, found=found, said=say("menu.sound"))


async def _draft(
    ask: Ask,
    text: str,
    *,
    revision: int,
    seen: int | None = None,
    note: str = "",
    found: Checked | None = None,
    error: HotlineError | None = None,
    status: int = 200,
    said: str = "",
    problem: str = "",
) -> web.Response:
    """`seen`: the version from which the text was begun; None: the one in force. After a refusal the page says what is there now,
    and the next try goes over it.
    """
    now = await ask.ports.menu.now()
    number = now.version.number if now.version else 0
    seen = number if seen is None else seen
    newer = now.version if seen != number else None
    known, other = revision, ""
    if error is not None and error.error_id in ("menu-changed", "menu-draft-changed", "menu-draft-gone"):
        known = now.draft.revision if now.draft else 0
        other = now.draft.text if now.draft and now.draft.revision != revision else ""
        if error.error_id == "menu-changed":  # what was refused for the draft's sake says nothing of the version
            seen = number
    lines = text.splitlines()
    return show(
        ask,
        "menu-draft",
        status=status,
        problem=problem,
        error=error,
        said=said,
        text=text,
        other=other,
        revision=known,
        seen=seen,
        newer=_row(newer) if newer else None,
        note=note,
        draft=who_kept(now.draft) if now.draft else "",
        problems=_remarks(found.problems, lines) if found else [],
        warnings=_remarks(found.warnings, lines) if found else [],
        tree=found.tree if found else None,
        most=TEXT_LIMIT,
        note_most=NOTE_LIMIT,
    )


def who_kept(draft: MenuDraft) -> str:
    """Whose draft it is."""
    return words()("menu.draft-by", by=name_of(draft.by), at=moment(draft.at))


def _remarks(found: Sequence[Remark], lines: Sequence[str]) -> list[dict[str, Any]]:
    """With the line as it is written: a field of a page has no numbers of lines."""
    return [
        {
            "line": one.line,
            "text": fault_words(one.text),
            "written": lines[one.line - 1] if one.line and one.line <= len(lines) else "",
        }
        for one in found
    ]


async def _overview(ask: Ask, *, said: str = "") -> web.Response:
    now = await ask.ports.menu.now()
    versions = await ask.ports.menu.versions(LISTED)
    return show(
        ask,
        "menu",
        said=said,
        now=_row(now.version) if now.version else None,
        trouble=trouble_words(now.trouble),
        outdated=_remarks(now.outdated, ()),
        tree=now.tree,
        draft=who_kept(now.draft) if now.draft else "",
        versions=[_row(one) for one in versions],
    )


async def _version(ask: Ask, error: HotlineError | None = None, note: str = "") -> web.Response:
    now = await ask.ports.menu.now()
    detail = await ask.ports.menu.version(int(ask.path["version"]))
    found = await ask.ports.menu.check(detail.text)
    lines = detail.text.splitlines()
    return show(
        ask,
        "menu-version",
        error=error,
        one=_row(detail.version),
        text=detail.text,
        lines=len(lines),
        tree=found.tree,
        problems=_remarks(found.problems, lines),
        warnings=_remarks(found.warnings, lines),
        seen=now.version.number if now.version else 0,
        note=note,
        note_most=NOTE_LIMIT,
    )


def _row(version: MenuVersion) -> dict[str, Any]:
    say = words()
    if version.from_file:
        note = say("menu.from-file")
    elif version.again:
        note = say("menu.again-of", number=version.again)
    else:
        note = ""
    return {
        "number": version.number,
        "by": name_of(version.by),
        "at": moment(version.at),
        "note": " · ".join(filter(None, (note, version.note))),
        "sha256": version.sha256,
    }


def name_of(by: str) -> str:
    """Whoever did it, as people read it."""
    say = words()
    own = {"settings": say("menu.settings"), "first start": say("directory.first-start")}
    return own.get(by, by.removeprefix("user:"))


def _said(query: DoneQuery) -> str:
    say = words()
    number = query.count if query.count.isdecimal() else "?"
    said = {
        "published": say("menu.published", number=number),
        "saved": say("menu.draft-saved"),
        "dropped": say("menu.draft-dropped"),
    }
    return said.get(query.done, "")
