"""The desk of an auditor over the service's real parts: a filed call of six seconds with a message, rights to listen, disclosures that
are packed, a verification, holds; directory, people and what else is beside it in memory. Keeps nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from hotline1022.db.stores import SqlRecordingStore
from hotline1022.db.types import Batch
from hotline1022.recordings.cache import Cache
from hotline1022.recordings.ffmpeg import no_ffmpeg
from hotline1022.recordings.keys import NO_KEYS
from hotline1022.recordings.names import from_ms
from hotline1022.recordings.on_demand import CopiesOnDemand
from hotline1022.recordings.pipeline import RecordingWorker
from hotline1022.recordings.reasons import load_reasons
from hotline1022.service.background.work import Progress
from hotline1022.service.directory.desk import DirectoryDesk
from hotline1022.service.disclosure.pack_desk import PackDesk
from hotline1022.service.disclosure.view import DisclosuresView
from hotline1022.service.evidence.desk import EvidenceDesk
from hotline1022.service.evidence.stamp_key import read_key
from hotline1022.service.evidence.walk import Evidence
from hotline1022.service.recordings.catalogue_view import CatalogueApi
from hotline1022.service.recordings.export import Exporter
from hotline1022.service.recordings.export_desk import ExportDesk
from hotline1022.service.recordings.listening_book import ListeningBook
from hotline1022.service.recordings.listening_desk import ListeningDesk
from hotline1022.service.recordings.original_check import OriginalCheck
from hotline1022.service.retention.view import RetentionView
from hotline1022.service.settings.retention import Retention
from hotline1022.service.settings.tree import Paths
from hotline1022.service.tickets.desk import TicketDesk
from hotline1022.service.tickets.link_desk import LinkDesk
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.view import TicketsView
from hotline1022.service.views import CallsView, TokensView
from hotline1022.tickets.attachments import Shelf
from tests.contract.database.desk_world import World, open_desk
from tests.contract.database.made import a_fact
from tests.lab.disclosure_world import House, a_house
from tests.lab.evidence_world import thread_pool
from tests.unit.directory_memory import NUMBERS
from tests.unit.notify_memory import LINKS
from tests.unit.recordings_world import AGENT, CALL, START, Board, Book, Phones, two_agents
from tests.unit.tickets_made import POLICY

#: what happens after the call was entered: milliseconds, on which channel, kind, data
STORY: tuple[tuple[int, str, str, dict[str, Any]], ...] = (
    (100, CALL, "PromptStarted", {"prompt": "hl1022/greeting"}),
    (600, CALL, "StepTaken", {"menu": "root", "step": "agents", "target": "", "mode": "service"}),
    (700, CALL, "QueueJoined", {"queue": "main"}),
    (800, AGENT, "LegStarted", {"kind": "agent", "party": "101"}),
    (1000, AGENT, "LegAnswered", {}),
    (1001, AGENT, "Joined", {"bridge": "b1"}),
    (3000, AGENT, "LegEnded", {"cause": 16}),
    (6000, CALL, "LegEnded", {"cause": 16}),
)


@dataclass
class Audited:
    """The desk, and what stands behind it."""

    desk: World
    house: House
    book: ListeningBook
    recording: str
    evidence: EvidenceDesk
    tickets: TicketDesk


@asynccontextmanager
async def open_audit(address: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Audited]:
    """Open it over a database of this address."""
    async with a_house(address, folder, monkeypatch) as house:
        world, database = house.world, house.world.database
        facts = tuple(
            a_fact(CALL, seq=50 + n, at=from_ms(START + ms), channel=channel, kind=kind, data=data)
            for n, (ms, channel, kind, data) in enumerate(STORY)
        )
        await database.save(Batch(events=facts))
        async with database.reading() as tx:
            recording = (await tx.catalogue.get(CALL)).id
        (folder / "heard").mkdir()
        calls, spool = Book(two_agents(folder / "heard")), folder / "data" / "spool"
        store, pool = SqlRecordingStore(database), thread_pool()
        worker = RecordingWorker(
            spool=spool, root=world.root, store=store, book=calls, channels=Phones(), notices=Board(), pool=pool, keys=NO_KEYS
        )  # fmt: skip
        copies = CopiesOnDemand(
            spool=spool, root=world.root, cache=Cache(folder=folder / "data" / "copies", most=10**9, keys=NO_KEYS), store=store,
            book=calls, pool=pool, notices=Board(), ffmpeg=no_ffmpeg,
        )  # fmt: skip
        book = ListeningBook(database)
        originals = OriginalCheck(database, world.examiner(store), world.bells)
        listening = ListeningDesk(
            database=database, worker=worker, copies=copies, paths=Paths(data=folder / "data"), keys=NO_KEYS,
            originals=originals, bell=world.bells, reasons=load_reasons(), book=book,
        )  # fmt: skip

        exporter = Exporter(
            database=database, root=world.root, data=folder / "data", originals=originals, bell=world.bells,
            reasons=load_reasons(), keys=NO_KEYS,
        )  # fmt: skip

        async def look(since: date | None, progress: Progress) -> Evidence:
            progress(1, 99)
            return await world.examiner().everything(since)

        evidence = EvidenceDesk(
            database, world.bells, look=look, originals=originals, stamper=world.stamper(), key=lambda: read_key(world.keys)
        )  # fmt: skip
        directory = DirectoryDesk(database, lambda: NUMBERS)
        await directory.start()
        tickets = TicketDesk(database, POLICY, DirectoryNames(directory.read), Shelf(folder / "attachments"))
        packs = PackDesk(database, house.desk, house.folder)
        parts: dict[str, Any] = {
            "calls": CallsView(database),
            "catalogue": CatalogueApi(database),
            "listening": listening,
            "exports": ExportDesk(exporter),
            "disclosures": DisclosuresView(database, house.desk, house.links),
            "packs": packs,
            "tickets": TicketsView(database, tickets),
            "links": LinkDesk(database, LINKS, directory.fresh, tickets),
            "tokens": TokensView(database, directory.fresh),
            "evidence": evidence,
            "retention": RetentionView(database, Retention, patience=60),
        }
        (folder / "desk").mkdir()
        async with open_desk(database, folder / "desk", **parts) as desk, asyncio.TaskGroup() as group:
            desk.now = datetime.now(UTC)
            running = [group.create_task(one.run()) for one in (packs, evidence)]
            yield Audited(desk, house, book, recording, evidence, tickets)
            for task in running:
                task.cancel()
        await pool.close()
