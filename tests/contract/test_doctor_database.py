"""Doctor's look at PostgreSQL: empty, up to date, not there; it changes nothing. (SQLite: tests/unit/test_doctor.py.)"""

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.db.migrate import HEAD, current, migrate
from hotline1022.service.doctor import machine as doctor_machine
from hotline1022.service.doctor.note import Note
from hotline1022.service.settings.tree import Database, Settings
from tests.lab.postgres import TemporaryPostgres


async def test_before_and_after_the_first_start(cluster: TemporaryPostgres) -> None:
    address = await cluster.make("doctor")
    settings = Settings(database=Database(url=address))
    with pytest.raises(Note, match=f"empty; the next start brings it to {HEAD}"):
        await doctor_machine.database(settings)
    assert await current(address) is None
    await migrate(address)
    assert f"answers, schema {HEAD}" in await doctor_machine.database(settings)


async def test_a_database_that_does_not_exist(cluster: TemporaryPostgres) -> None:
    address = await cluster.make("doctor2")
    nobodys = Settings(database=Database(url=address.rsplit("/", 1)[0] + "/nobodys"))
    with pytest.raises(HotlineError, match="nobodys") as caught:
        await doctor_machine.database(nobodys)
    assert caught.value.error_id == "database-away"
