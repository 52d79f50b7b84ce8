"""A request that is given up in the middle of a transaction, wherever it is: nothing of it stays, and nobody after it is held up."""

import asyncio
import random
from contextlib import suppress
from datetime import timedelta

from hotline1022.db.unit import Database
from tests.contract.database.made import at

#: so many transactions are given up; without the cure the first dozens show it
TIMES = 150


async def test_a_transaction_that_is_given_up_anywhere_leaves_nothing_open(address: str, database: Database) -> None:
    dice = random.Random(1022)
    lost = 0
    async with Database(address) as other:
        for number in range(TIMES):

            async def work(number: int = number) -> None:
                async with database.transaction() as tx:
                    await tx.agents.try_pin(f"9{number}", at(0), tries=9, since=at(0) - timedelta(days=1))

            task = asyncio.create_task(work())
            for _ in range(dice.randrange(12)):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            lost += task.cancelled()
            # who comes next is not held up: in this process, and in another one
            for one in (database, other):
                async with asyncio.timeout(5), one.transaction() as tx:
                    await tx.agents.try_pin("1001", at(number), tries=10**6, since=at(number) - timedelta(days=1))
    assert lost > TIMES / 3
