"""Answers about questions and answers of agencies. Refuses tokens of contact points the entries of other agencies, and readers
what is not published.
"""

from datetime import date, datetime, timedelta

from aiohttp import web

from hotline1022.accounts.types import Permission
from hotline1022.core.errors import Invalid
from hotline1022.faq.types import (
    Asked,
    Author,
    Days,
    Entry,
    EntryCursor,
    EntryFilter,
    Hit,
    Move,
    Names,
    Report,
    Said,
    State,
    Text,
    Version,
)
from hotline1022.web.calls import cursor_text, read_cursor
from hotline1022.web.errors import Forbidden
from hotline1022.web.faq_wire import (
    FaqBody,
    FaqDone,
    FaqEditBody,
    FaqEntryView,
    FaqHit,
    FaqHits,
    FaqImportQuery,
    FaqMissList,
    FaqMissQuery,
    FaqMissView,
    FaqMoveBody,
    FaqPage,
    FaqProblem,
    FaqQuery,
    FaqReport,
    FaqRow,
    FaqSearchQuery,
    FaqTextBody,
    FaqVersionView,
)
from hotline1022.web.route import Ask
from hotline1022.web.uploads import read_upload

#: bytes of a sheet at most; what is longer is not even read
LARGEST = 4 * 1024 * 1024
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def author_of(ask: Ask) -> Author:
    """Who writes: somebody who is signed in, a contact point's token for its agency, 1022's own tokens for all."""
    asker = ask.asker
    if asker.signed is not None:
        return await ask.ports.faq.author(asker.signed)
    if asker.contact:
        keys = frozenset({asker.actor})
        return Author(keys=keys, name=asker.name, agencies=asker.agencies, agency=asker.agency)
    return Author(keys=frozenset({asker.actor}), name=asker.name, reads_all=True)


async def _writer(ask: Ask) -> Author:
    """The same, who may write: of people of agencies, who handles tickets need not."""
    ask.asker.demand(Permission.FAQ_WRITE)
    return await author_of(ask)


def agencies_for(by: Author, wanted: str | None) -> frozenset[str] | None:
    """Whose entries are looked at; Forbidden `agency-other`."""
    own = None if by.reads_all else by.agencies
    if not wanted:
        return own
    if own is not None and wanted not in own:
        raise Forbidden("these are questions of another agency; leave agency out", error_id="agency-other")
    return frozenset({wanted})


def ends_asked(soon: Days, *, over: bool, soon_too: bool) -> Days | None:
    """The last days that are asked for: those that are over, those that come soon, or both; None: whatever it is."""
    if not (over or soon_too):
        return None
    return Days(first=date.min if over else soon.first, last=soon.last if soon_too else soon.first - timedelta(days=1))


async def search(ask: Ask) -> FaqHits:
    """Published answers."""
    query: FaqSearchQuery = ask.query
    found = await ask.ports.faq.search(
        Asked(
            words=query.words,
            agencies=agencies_for(await author_of(ask), query.agency),
            category=query.category or "",
            typing=query.typing,
            limit=query.limit,
        )
    )
    names = await ask.ports.faq.names()
    return FaqHits(hits=tuple(_hit(one, names) for one in found.hits), near=found.near)


async def list_questions(ask: Ask) -> FaqPage:
    """One page."""
    query: FaqQuery = ask.query
    state = query.state
    if not _writes(ask):
        if state not in (None, State.PUBLISHED):
            ask.asker.demand(Permission.FAQ_WRITE)
        state = State.PUBLISHED
    before = read_cursor(query.cursor) if query.cursor else None
    now = ask.ports.clock()
    agencies = agencies_for(await author_of(ask), query.agency)
    wanted = EntryFilter(
        agencies=agencies,
        category=query.category or "",
        state=state,
        ends=ends_asked(ask.ports.faq.soon(now), over=query.out_of_date, soon_too=query.ending_soon),
        words=query.words,
        before=EntryCursor(changed_at=before.entered_at, entry=before.call) if before else None,
        limit=query.limit + 1,
    )
    found = await ask.ports.faq.list(wanted)
    names = await ask.ports.faq.names()
    entries = tuple(_entry(ask, one, names, now) for one in found[: query.limit])
    last = found[query.limit - 1] if len(found) > query.limit else None
    ending = await ask.ports.faq.ending(agencies, now)
    after = cursor_text(last.changed_at, last.id) if last else None
    return FaqPage(entries=entries, next=after, soon=ending.soon, over=ending.over)


async def get_entry(ask: Ask) -> FaqEntryView:
    """One with its versions."""
    found = await ask.ports.faq.get(ask.path["entry"], await author_of(ask))
    if not _writes(ask) and not found.published:
        ask.asker.demand(Permission.FAQ_WRITE)
    return await _shown(ask, found)


async def create_entry(ask: Ask) -> FaqEntryView:
    """A draft."""
    body: FaqBody = ask.body
    by = await _writer(ask)
    return await _shown(ask, await ask.ports.faq.add(body.agency, text_of(body), by, ask.ports.clock()))


async def edit_entry(ask: Ask) -> FaqEntryView:
    """The draft changed, or a new version."""
    body: FaqEditBody = ask.body
    at = ask.ports.clock()
    made = await ask.ports.faq.edit(ask.path["entry"], body.revision, text_of(body), await _writer(ask), at)
    return await _shown(ask, made)


async def propose_entry(ask: Ask) -> FaqEntryView:
    """A draft waits for somebody else."""
    return await _moved(ask, Move.PROPOSE)


async def return_entry(ask: Ask) -> FaqEntryView:
    """Back to who wrote it."""
    return await _moved(ask, Move.RETURN)


async def drop_entry(ask: Ask) -> FaqEntryView:
    """A version that was never published goes."""
    return await _moved(ask, Move.DROP)


async def publish_entry(ask: Ask) -> FaqEntryView:
    """What somebody else wrote is told from now on."""
    ask.asker.demand(Permission.FAQ_PUBLISH)
    return await _moved(ask, Move.PUBLISH)


async def withdraw_entry(ask: Ask) -> FaqEntryView:
    """It is told no more."""
    ask.asker.demand(Permission.FAQ_PUBLISH)
    return await _moved(ask, Move.WITHDRAW)


async def _moved(ask: Ask, move: Move) -> FaqEntryView:
    body: FaqMoveBody = ask.body
    if move not in (Move.PUBLISH, Move.WITHDRAW):
        ask.asker.demand(Permission.FAQ_WRITE)
    at = ask.ports.clock()
    made = await ask.ports.faq.move(ask.path["entry"], body.revision, move, body.why, await author_of(ask), at)
    return await _shown(ask, made)


async def take_in(ask: Ask) -> FaqReport:
    """The rows of a sheet."""
    query: FaqImportQuery = ask.query
    by, at = await _writer(ask), ask.ports.clock()
    data = await read_upload(ask.request, LARGEST, too_large)
    return report_view(
        await ask.ports.faq.take_in(query.agency, data, by, at, dry_run=query.dry_run, propose=query.propose)
    )


async def get_template(ask: Ask) -> web.Response:
    """The sheet that people fill in."""
    return sheet(await ask.ports.faq.template())


def sheet(data: bytes, name: str = "hoi-dap-1022.xlsx") -> web.Response:
    """A file to be saved under this name, of plain letters."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=SHEET, headers=headers)


async def list_misses(ask: Ask) -> FaqMissList:
    """Searches without an answer."""
    query: FaqMissQuery = ask.query
    found = await ask.ports.faq.misses(query.limit, query.skip)
    return FaqMissList(
        misses=tuple(
            FaqMissView(id=one.id, words=one.words, count=one.count, first_at=one.first_at, last_at=one.last_at)
            for one in found
        )
    )


async def tick_miss(ask: Ask) -> FaqDone:
    """Somebody has seen to it."""
    await ask.ports.faq.tick(ask.path["miss"], ask.by, ask.ports.clock())
    return FaqDone(done=True)


def text_of(body: FaqTextBody) -> Text:
    """The text of a body."""
    return Text(
        question=body.question,
        answer=body.answer,
        keywords=body.keywords,
        legal_source=body.legal_source,
        category=body.category,
        valid_to=body.valid_to,
    )


def too_large() -> Invalid:
    """That a file is not taken."""
    return Invalid(f"the file is too large; send at most {LARGEST >> 20} MiB", error_id="sheet-large")


def report_view(report: Report) -> FaqReport:
    """What an import did."""
    rows = tuple(
        FaqRow(
            row=one.row,
            said=one.said,
            question=one.question,
            problems=tuple(FaqProblem(error_id=id, message=said) for id, said in one.problems.items()),
        )
        for one in report.rows
    )
    counts = {said.value: report.count(said) for said in Said}
    return FaqReport(written=report.written, rows=rows, **counts)


def _writes(ask: Ask) -> bool:
    """Whether what is not published is seen: people see what their pages show."""
    return ask.asker.signed is not None or ask.asker.may(Permission.FAQ_WRITE)


async def _shown(ask: Ask, entry: Entry) -> FaqEntryView:
    return _entry(ask, entry, await ask.ports.faq.names(), ask.ports.clock())


def _entry(ask: Ask, one: Entry, names: Names, now: datetime) -> FaqEntryView:
    versions = one.versions if _writes(ask) else tuple(v for v in one.versions if v.number == one.published)
    return FaqEntryView(
        id=one.id,
        agency=one.agency,
        agency_name=names.agencies.get(one.agency, one.agency),
        created_at=one.created_at,
        changed_at=one.changed_at,
        revision=one.revision,
        published=one.published,
        opened=one.opened if _writes(ask) else 0,
        versions=tuple(_version(each, names, now, ask.ports.faq.soon(now)) for each in versions),
    )


def _version(one: Version, names: Names, now: datetime, soon: Days) -> FaqVersionView:
    return FaqVersionView(
        number=one.number,
        state=one.state,
        **_text(one.text, names),
        valid_to=one.text.valid_to,
        out_of_date=one.out_of_date(now),
        ends_soon=one.ends_within(soon),
        written_by=one.written_by,
        written_at=one.written_at,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        published_by=one.published_by,
        published_at=one.published_at,
        ended_by=one.ended_by,
        ended_at=one.ended_at,
        why=one.why,
    )


def _hit(one: Hit, names: Names) -> FaqHit:
    return FaqHit(
        entry=one.entry,
        agency=one.agency,
        agency_name=names.agencies.get(one.agency, one.agency),
        number=one.number,
        **_text(one.text, names),
        valid_to=one.text.valid_to,
        out_of_date=one.out_of_date,
        published_at=one.published_at,
    )


def _text(text: Text, names: Names) -> dict[str, str]:
    return {
        "question": text.question,
        "answer": text.answer,
        "keywords": text.keywords,
        "legal_source": text.legal_source,
        "category": text.category,
        "category_name": names.category(text.category),
    }
