"""The bell while the database is away, and with alarms that the database will never take."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.db.unit import Database
from hotline1022.service import alarms
from hotline1022.service.alarms import Bell


class Doubtful:
    """A database that may be away, and that may break in a way that nobody foresaw."""

    def __init__(self, real: Database) -> None:
        self.real, self.away, self.broken, self.transactions = real, False, False, 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        if self.away:
            raise Unavailable("away", error_id="database-away")
        if self.broken:
            raise TypeError("a row is spoilt")
        self.transactions += 1
        async with self.real.transaction() as tx:
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Any]:
        async with self.real.reading() as tx:
            yield tx


async def kinds(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as tx:
        return sorted((one.kind, one.detail) for one in await tx.alarms.list())


async def test_alarms_wait_for_the_database_each_once_and_so_many_at_most(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarms, "WAITING", 3)
    doubtful = Doubtful(database)
    bell = Bell(doubtful, timedelta(seconds=30))  # type: ignore[arg-type]
    doubtful.away = True
    for _ in range(100):
        await bell.ring("gateway-away", "sms")
    for number in range(9):
        await bell.ring("backup-failed", f"{number}")
    doubtful.away = False
    await bell._again()
    assert await kinds(database) == [("backup-failed", "0"), ("backup-failed", "1"), ("gateway-away", "sms")]


async def test_whoever_rings_is_never_told_of_what_is_wrong_with_the_bell(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    doubtful = Doubtful(database)
    bell = Bell(doubtful, timedelta(seconds=30))  # type: ignore[arg-type]
    doubtful.broken = True
    with caplog.at_level(logging.ERROR):
        await bell.ring("emergency-unanswered", "no emergency number answered", "hl1-1.1")
    assert "ALARM emergency-unanswered" in caplog.text, "the log has it at least"


async def test_one_that_is_never_taken_holds_up_no_other(database: Database) -> None:
    doubtful = Doubtful(database)
    bell = Bell(doubtful, timedelta(seconds=30))  # type: ignore[arg-type]
    doubtful.away = True
    await bell.ring("backup-failed", None)  # type: ignore[arg-type]
    await bell.ring("gateway-away", "sms")
    doubtful.away = False
    await bell._again()
    await bell._again()
    assert await kinds(database) == [("gateway-away", "sms")]


async def test_alarms_that_nobody_sees_are_told_again_in_one_transaction(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    doubtful = Doubtful(database)
    bell = Bell(doubtful, timedelta(0))  # type: ignore[arg-type]
    for number in range(20):
        await bell.ring("backup-failed", f"{number}")
    before = doubtful.transactions
    with caplog.at_level(logging.ERROR):
        await bell._again()
    assert caplog.text.count("ALARM not seen yet") == 20 and doubtful.transactions == before + 1
    async with database.reading() as tx:
        assert all(one.last_repeated_at is not None for one in await tx.alarms.list())
