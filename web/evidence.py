"""Answers about the evidence as a whole. Refuses nothing itself: the port does."""

from hotline1022.web.audit_search import kinds_of, opened, wanted
from hotline1022.web.evidence_wire import (
    CheckedView,
    EntryList,
    EntryPage,
    EntryQuery,
    EntrySearch,
    EvidenceView,
    StampKeyView,
    StampView,
    VerificationBody,
    VerificationView,
)
from hotline1022.web.route import Ask


async def show_evidence(ask: Ask) -> EvidenceView:
    """How it stands."""
    return await ask.ports.evidence.now()


async def list_entries(ask: Ask) -> EntryList:
    """About one thing."""
    query: EntryQuery = ask.query
    return await ask.ports.evidence.entries(query.subject, query.limit)


async def search_entries(ask: Ask) -> EntryPage:
    """By day, actor and kind."""
    query: EntrySearch = ask.query
    filter = wanted(
        kinds_of(ask.asker.may),
        kind=query.kind.strip(),
        actor=query.actor.strip(),
        since=query.since,
        until=query.until,
        after=query.after,
        limit=query.limit + 1,
    )
    found = (await ask.ports.evidence.search(filter)).entries
    told = opened(found[: query.limit], ask.asker.may)
    return EntryPage(entries=tuple(told), next=told[-1].seq if len(found) > query.limit else None)


async def show_key(ask: Ask) -> StampKeyView:
    """The public key."""
    return await ask.ports.evidence.key()


async def make_stamp(ask: Ask) -> StampView:
    """Now."""
    return await ask.ports.evidence.stamp()


async def begin_verification(ask: Ask) -> VerificationView:
    """Of everything, or since a day."""
    body: VerificationBody = ask.body
    return await ask.ports.evidence.verify(body.since)


async def stop_verification(ask: Ask) -> VerificationView:
    """The one that runs."""
    return await ask.ports.evidence.stop()


async def check_recording(ask: Ask) -> CheckedView:
    """Of one recording."""
    return await ask.ports.evidence.check(ask.path["recording"])
