"""Who was signed in when a backup was made is not in after it was put back; and what second factors need to come back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline1022.accounts.types import Entered, Permission, Wanted
from hotline1022.core.errors import HotlineError
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.backup.make import KeyFile
from hotline1022.service.settings.secrets import ensure_secrets
from hotline1022.service.settings.tree import Settings
from tests.contract.database.account_world import AGENT, HERE, NEW, code, unpacked
from tests.contract.database.backup_world import PASSPHRASE, House, house

__all__ = ["house"]
#: one moment for all: no session is over by time
AT = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)


def desk_of(settings: Settings, database: Database) -> AccountDesk:
    """With the secrets of that place, made where there are none, as the service does at its start."""
    secrets = ensure_secrets(settings.paths.secrets, settings.lines.numbers)
    return AccountDesk(database, secrets.accounts, lambda: AT)


async def signed_in(settings: Settings, database: Database, login: str) -> tuple[Entered, str]:
    admin, desk = UserAdmin(database, lambda: AT), desk_of(settings, database)
    once = (await admin.add(Wanted(login=login, name="Nguyễn Thị Lan", roles=AGENT))).password
    entered = await desk.sign_in(login, once, HERE)
    return await desk.change_password(entered.signed, once, NEW, HERE), once


async def test_a_session_of_the_backup_is_not_good_after_the_restore(house: House) -> None:
    async with Database(house.settings.database_url) as database:
        await UserAdmin(database, lambda: AT).first()
        tokens = [(await signed_in(house.settings, database, login))[0].token for login in ("lan", "cuc")]
    made = await house.back_up()
    async with Database(house.settings.database_url) as database:
        desk = desk_of(house.settings, database)
        assert [one is not None for one in [await desk.find(token) for token in tokens]] == [True, True]
    await house.put_back(made.folder)
    async with Database(house.elsewhere.database_url) as database:
        desk = desk_of(house.elsewhere, database)
        assert [await desk.find(token) for token in tokens] == [None, None], "signed out"
        again = await desk.sign_in("lan", NEW, HERE)
        assert again.signed.may(Permission.ANSWER), "and in again with the password"
        assert await desk.find(again.token) is not None
        assert [await desk.find(token) for token in tokens] == [None, None]


@pytest.mark.parametrize("with_keys", [True, False], ids=["with keys", "without"])
async def test_second_factors_open_with_the_backups_keys_alone(house: House, tmp_path: Path, with_keys: bool) -> None:
    async with Database(house.settings.database_url) as database:
        await UserAdmin(database, lambda: AT).first()
        entered, _ = await signed_in(house.settings, database, "lan")
        desk = desk_of(house.settings, database)
        secret = unpacked(await desk.begin_second(entered.signed, NEW, HERE))
        earlier = datetime.fromtimestamp(AT.timestamp() - 30, UTC)
        await desk.confirm_second(entered.signed, code(secret, earlier), HERE)
    box = KeyFile(path=tmp_path / "keys.box", passphrase=PASSPHRASE)
    made = await house.back_up(keys=box)
    await house.put_back(made.folder, box if with_keys else None)
    async with Database(house.elsewhere.database_url) as database:
        desk = desk_of(house.elsewhere, database)
        half = await desk.sign_in("lan", NEW, HERE)
        if with_keys:
            assert (await desk.second(half.signed, code(secret, AT), HERE)).signed.may(Permission.ANSWER)
            return
        with pytest.raises(HotlineError) as caught:
            await desk.second(half.signed, code(secret, AT), HERE)
        assert caught.value.error_id == "code-unreadable"
        once = (await UserAdmin(database, lambda: AT).reset("lan", second=True)).password
        anew = await desk.sign_in("lan", once, HERE)
        changed = await desk.change_password(anew.signed, once, "bon con ga ngu tren mai nha", HERE)
        assert changed.signed.may(Permission.ANSWER)
