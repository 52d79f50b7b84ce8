"""Tokens are kept without their text; alarms are one until they are seen."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hotline1022.core.errors import Invalid, NotFound, Refused
from hotline1022.db.tables import api_token
from hotline1022.db.tokens import NOTE_EVERY, digest
from hotline1022.db.unit import Database
from tests.contract.database.made import at


async def test_a_token_is_found_by_its_text_and_its_text_is_not_kept(database: Database) -> None:
    async with database.transaction() as tx:
        row, secret = await tx.tokens.create("màn hình", ["read", "listen"], at(0))
        assert secret.startswith("hl1022_")
        assert len(secret) > 40
        assert await tx.tokens.find(digest(secret)) == row
        assert await tx.tokens.find(digest(secret + "x")) is None
        kept = (await tx._connection.execute(select(api_token))).one()
    assert secret not in repr(kept)
    assert row.sha256 not in repr(row)
    assert row.scopes == ("read", "listen")


async def test_a_revoked_token_is_nobodys(database: Database) -> None:
    async with database.transaction() as tx:
        row, secret = await tx.tokens.create("a", ["read"], at(0))
        with pytest.raises(Refused) as caught:
            await tx.tokens.create("a", ["read"], at(1))
        assert caught.value.error_id == "token-exists"
        await tx.tokens.revoke(row.id, at(10))
        await tx.tokens.revoke(row.id, at(20))
        assert await tx.tokens.find(digest(secret)) is None
        again, _ = await tx.tokens.create("a", ["read"], at(30))
        assert [(t.id, t.revoked_at) for t in await tx.tokens.all()] == [(row.id, at(10)), (again.id, None)]
        with pytest.raises(NotFound):
            await tx.tokens.revoke("nothing", at(40))


async def test_uses_are_noted_once_in_a_while(database: Database) -> None:
    async with database.transaction() as tx:
        row, secret = await tx.tokens.create("a", ["read"], at(0))
        later = at(5) + NOTE_EVERY
        for moment in (at(5), at(6), later - timedelta(seconds=1)):
            await tx.tokens.used(row.id, moment)
            found = await tx.tokens.find(digest(secret))
            assert found is not None
            assert found.last_used_at == at(5)
        await tx.tokens.used(row.id, later)
        found = await tx.tokens.find(digest(secret))
        assert found is not None
        assert found.last_used_at == later


@pytest.mark.parametrize("scopes", [[], [""], ["two words"]])
async def test_scopes_are_words(database: Database, scopes: list[str]) -> None:
    with pytest.raises(Invalid):
        async with database.transaction() as tx:
            await tx.tokens.create("a", scopes, at(0))


async def test_one_alarm_until_it_is_seen(database: Database) -> None:
    async with database.transaction() as tx:
        first, new = await tx.alarms.raise_alarm("agent-no-answer", "line 101", at(0))
        assert new
        again, new = await tx.alarms.raise_alarm("agent-no-answer", "line 101", at(10))
        assert (again, new) == (first, False)
        _, new = await tx.alarms.raise_alarm("disk-low", "5 %", at(10))
        assert new
        seen = await tx.alarms.mark_seen(first.id, "lan", at(20))
        assert seen is not None
        assert await tx.alarms.mark_seen(first.id, "minh", at(30)) == seen
        assert await tx.alarms.mark_seen("nothing", "lan", at(20)) is None
        second, new = await tx.alarms.raise_alarm("agent-no-answer", "line 101", at(40))
        assert new
        assert second.id != first.id
        assert [a.id for a in await tx.alarms.list(seen=True)] == [first.id]
        assert len(await tx.alarms.list(seen=False)) == 2
        assert [a.id for a in await tx.alarms.list(limit=1)] == [second.id]


async def test_alarms_of_two_lines_are_two(database: Database) -> None:
    async with database.transaction() as tx:
        for second, line in enumerate(("101", "102", "101", "102")):
            await tx.alarms.raise_alarm("agent-no-answer", f"line {line}, person 10{line[1:]}", at(second))
        unseen = await tx.alarms.list(seen=False)
        assert sorted(alarm.detail[:8] for alarm in unseen) == ["line 101", "line 102"]
        await tx.alarms.mark_seen(unseen[0].id, "lan", at(20))
        assert len(await tx.alarms.list(seen=False)) == 1


async def test_alarms_of_two_calls_are_two(database: Database) -> None:
    async with database.transaction() as tx:
        for call in ("a", "b", "a"):
            await tx.alarms.raise_alarm("emergency-unanswered", "", at(0), call)
        assert sorted(str(a.call_id) for a in await tx.alarms.list()) == ["a", "b"]


async def test_reading_the_journal_again_raises_no_seen_alarm_again(database: Database) -> None:
    async with database.transaction() as tx:
        first, _ = await tx.alarms.raise_alarm("emergency-unanswered", "", at(0), "hl1-1.1")
        await tx.alarms.mark_seen(first.id, "lan", at(20))
        replayed, new = await tx.alarms.raise_alarm("emergency-unanswered", "", at(0), "hl1-1.1")
        assert (replayed.id, new) == (first.id, False)
        _, new = await tx.alarms.raise_alarm("emergency-unanswered", "", at(60), "hl1-1.1")
        assert new


async def test_what_is_over_ends_the_alarms_whose_detail_begins_so(database: Database) -> None:
    async with database.transaction() as tx:
        for gateway in ("e_ms", "esms", "mail"):
            await tx.alarms.raise_alarm("gateway-away", f"{gateway}: gateway-login", at(0))
        assert await tx.alarms.clear("gateway-away", at(1), begins="e_ms: ") == 1
        assert {one.detail[:4] for one in await tx.alarms.list(ringing=True)} == {"esms", "mail"}


async def test_an_alarm_repeats_until_seen_or_cleared(database: Database) -> None:
    async with database.transaction() as tx:
        first, _ = await tx.alarms.raise_alarm("emergency-unanswered", "", at(0), "a")
        second, _ = await tx.alarms.raise_alarm("emergency-unanswered", "", at(5), "b")
        assert [a.id for a in await tx.alarms.due(at(4))] == [first.id]
        assert [a.id for a in await tx.alarms.due(at(5))] == [first.id, second.id]
        await tx.alarms.repeated(first.id, at(30))
        assert [a.id for a in await tx.alarms.due(at(29))] == [second.id]
        await tx.alarms.mark_seen(second.id, "lan", at(31))
        assert [a.id for a in await tx.alarms.due(at(99))] == [first.id]
        assert await tx.alarms.clear("emergency-unanswered", at(100), "a") == 1
        assert list(await tx.alarms.due(at(999))) == []
        assert await tx.alarms.clear("emergency-unanswered", at(101)) == 1
        assert await tx.alarms.clear("emergency-unanswered", at(102)) == 0
