"""The audit searched by day, kind and actor: as if all entries were looked through, by an index, and by each only what is theirs to know."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Entry, EntryFilter, Fact, Kind
from hotline1022.db.audit_search import numbers
from hotline1022.db.unit import Database
from hotline1022.service.evidence.history import history
from hotline1022.service.recordings.catalogue_view import entry_view
from hotline1022.web import evidence_wire as w
from hotline1022.web.audit_search import SEEN
from tests.contract.database.desk_world import open_desk
from tests.unit.evidence_memory import MemoryEvidence

NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
KINDS = (Kind.ACT, Kind.RECORDING_STORED, Kind.USER_SIGNED_IN, Kind.TEMPLATE_CHANGED)
WHO = ("user:lan", "user:minh", "service")
PAGE = "/desk/evidence/entries"


class Searched(MemoryEvidence):
    """What the audit of this database really tells."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    async def entries(self, subject: str, limit: int) -> w.EntryList:
        async with self._database.reading() as tx:
            return w.EntryList(entries=tuple(map(entry_view, await history(tx, subject, limit=limit))))

    async def search(self, wanted: EntryFilter) -> w.EntryList:
        async with self._database.reading() as tx:
            return w.EntryList(entries=tuple(map(entry_view, await tx.audit_search.page(wanted))))


async def fill(database: Database, count: int) -> list[Entry]:
    """Some of a moment together, and a clock that was set back once."""
    async with database.transaction() as tx:
        for number in range(count):
            at = NOON + timedelta(hours=number // 3) - timedelta(hours=5 * (number > count // 2))
            kind, actor = KINDS[number % len(KINDS)], WHO[number % len(WHO)]
            tx.audit.add(Fact(at=at, kind=kind, actor=actor, subject=f"ticket:{number}", detail={"n": number}))
    async with database.reading() as tx:
        found = [one async for portion in tx.audit.entries() for one in portion]
    return sorted(found, key=lambda one: (one.at, one.seq), reverse=True)


WANTED: tuple[dict[str, Any], ...] = (
    {"kinds": frozenset(Kind)},
    {"kinds": frozenset({Kind.ACT})},
    {"kinds": frozenset(SEEN), "actor": "user:lan"},
    {"kinds": frozenset(Kind), "actor": "nobody"},
    {"kinds": frozenset(Kind), "since": NOON + timedelta(hours=4), "until": NOON + timedelta(hours=30)},
    {"kinds": frozenset({Kind.RECORDING_STORED}), "actor": "service", "until": NOON + timedelta(hours=50)},
    {"kinds": frozenset()},
)


@pytest.mark.parametrize("wanted", WANTED)
async def test_pages_together_are_what_looking_through_all_finds(database: Database, wanted: dict[str, Any]) -> None:
    everything = await fill(database, 200)
    since, until, actor = wanted.get("since"), wanted.get("until"), wanted.get("actor", "")
    fits = [
        one.seq
        for one in everything
        if one.kind in {str(kind) for kind in wanted["kinds"]}
        and actor in ("", one.actor)
        and (since is None or one.at >= since)
        and (until is None or one.at < until)
    ]
    seen: list[int] = []
    async with database.reading() as tx:
        while page := await tx.audit_search.page(EntryFilter(**wanted, after=seen[-1] if seen else 0, limit=7)):
            seen += [one.seq for one in page]
    assert seen == fits


async def test_each_search_goes_by_an_index(database: Database) -> None:
    await fill(database, 2000)
    lite = database.dialect == "sqlite"
    async with database.transaction() as tx:
        connection = tx._connection
        await connection.exec_driver_sql("ANALYZE")
        if not lite:  # so few rows are read faster than an index
            await connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            await connection.exec_driver_sql("SET LOCAL enable_sort = off")
        for wanted in WANTED[:-1]:
            for at in (None, NOON + timedelta(hours=40)):
                query = numbers(EntryFilter(**wanted, after=100, limit=51), at)
                sql = str(query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True}))
                word = "EXPLAIN QUERY PLAN" if lite else "EXPLAIN"
                rows = await connection.exec_driver_sql(f"{word} {sql}")
                plan = "\n".join(str(row[-1]) for row in rows)
                assert "SCAN audit_entry" not in plan and "Seq Scan on audit_entry" not in plan, plan
                used = plan.count("ix_audit_entry_kind_at") + plan.count("ix_audit_entry_actor_at")
                assert used >= len(wanted["kinds"]), plan
                assert not lite or plan.count("TEMP B-TREE") <= 1, "only what was found is sorted"


async def test_an_admin_searches_what_people_did_and_an_auditor_all(database: Database, tmp_path: Path) -> None:
    await fill(database, 130)
    async with database.transaction() as tx:
        for subject, detail in (
            ("recording:r1", {"act": "POST /desk/recordings/{recording}/listen", "given": ["reason"], "x": "secret"}),
            ("user:u1", {"act": "POST /desk/users/{user}", "told": "0901234567"}),
        ):
            tx.audit.add(Fact(at=datetime.now(UTC), kind=Kind.ACT, actor="user:hoa", subject=subject, detail=detail))
    async with open_desk(database, tmp_path, evidence=Searched(database)) as world:
        async with world.signed_in("admin") as admin:
            shown = await admin.get(f"{PAGE}?actor=hoa")
            assert "Thao tác" in shown.text and "secret" not in shown.text and "recording:r1" not in shown.text
            assert "POST /desk/recordings/…/listen" in shown.text
            assert "Lưu bản gốc" not in shown.text, "neither a row nor a choice"
            stored = await admin.get(f"{PAGE}?kind=recording-stored")
            assert "không có mục nào" in stored.text
            day = await admin.get(f"{PAGE}?since=2026-11-24&until=2026-11-24&actor=user%3Alan")
            assert "24/11/2026" in day.text and "25/11/2026" not in _rows(day.text)
            (older,) = {link for link in (await admin.get(PAGE)).forms.links if "after=" in link}
            assert "Mới nhất" in (await admin.get(older)).text
            for wrong in ("since=31-02", "since=2026-11-25&until=2026-11-24"):
                assert (await admin.get(f"{PAGE}?{wrong}")).status == 400
            assert (await admin.get(f"{PAGE}?subject=recording:r1")).text.count("secret") == 0
            assert f'href="{PAGE}"' in (await admin.get("/desk/evidence")).text
        async with world.signed_in("auditor", login="kiem") as auditor:
            shown = await auditor.get(f"{PAGE}?actor=hoa")
            assert "secret" in shown.text and "recording:r1" in shown.text
            assert "0901234567" not in shown.text and "090****567" in shown.text
            assert "Lưu bản gốc" in (await auditor.get(f"{PAGE}?kind=recording-stored")).text
            only = await auditor.get(f"{PAGE}?subject=ticket:5&kind=act")
            assert "không có mục nào" in only.text
        async with world.signed_in("supervisor", login="binh") as looking:
            assert (await looking.get(PAGE)).status == 403


def _rows(text: str) -> str:
    return text.partition("<tbody>")[2]
