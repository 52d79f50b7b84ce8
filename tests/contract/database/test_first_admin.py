"""A new house: one admin, whose password can be read in one place until it was changed, whatever dies meanwhile."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from hotline1022.accounts.types import Given
from hotline1022.db.unit import Database
from hotline1022.service.accounts.desk import AccountDesk
from hotline1022.service.accounts.first_admin import FILE, first_admin, told
from hotline1022.service.accounts.user_admin import FIRST_GOOD_FOR, UserAdmin
from tests.contract.database.account_world import HERE, NEW
from tests.contract.database.made import T0


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    made = tmp_path / "secrets"
    made.mkdir(mode=0o700)
    return made


async def test_the_password_is_told_until_it_was_changed(database: Database, secrets: Path) -> None:
    admin, desk = UserAdmin(database, lambda: T0), AccountDesk(database, "key", lambda: T0)
    await first_admin(admin, secrets)
    assert stat.S_IMODE((secrets / FILE).stat().st_mode) == 0o600
    await first_admin(admin, secrets)
    login, password = told(secrets, T0).split(" ")[3], told(secrets, T0).split(" ")[5]
    assert login == "admin" and told(secrets, T0).endswith("until 08:00 16/03/2026")
    entered = await desk.sign_in(login, password, HERE)
    await first_admin(admin, secrets)
    assert told(secrets, T0), "not changed yet"
    await desk.change_password(entered.signed, password, NEW, HERE)
    await first_admin(admin, secrets)
    assert not (secrets / FILE).exists() and told(secrets, T0) == ""
    assert len(await admin.users()) == 1


async def test_a_password_that_is_over_is_told_with_its_cure(database: Database, secrets: Path) -> None:
    await first_admin(UserAdmin(database, lambda: T0), secrets)
    password = told(secrets, T0).split(" ")[5]
    assert told(secrets, T0 + FIRST_GOOD_FOR - timedelta(minutes=1)).startswith(f"sign in as admin with {password} ")
    late = told(secrets, T0 + FIRST_GOOD_FOR)
    assert late.endswith("; hotline1022 user reset admin makes another") and password not in late


async def test_a_password_that_was_reset_is_told_no_more(database: Database, secrets: Path) -> None:
    admin = UserAdmin(database, lambda: T0)
    await first_admin(admin, secrets)
    await admin.reset("admin")
    await first_admin(admin, secrets)
    assert told(secrets, T0) == ""


async def test_the_telephone_starts_where_the_file_cannot_be_written(database: Database, tmp_path: Path) -> None:
    admin = UserAdmin(database, lambda: T0)
    await first_admin(admin, tmp_path / "nowhere")
    assert await admin.users() == [], "nobody has a password that nobody knows"


async def test_a_start_that_dies_before_the_row_is_there_is_made_good_by_the_next(
    database: Database, secrets: Path
) -> None:
    admin = UserAdmin(database, lambda: T0)

    async def dies(given: Given) -> None:
        (secrets / FILE).write_text(f"{given.user.login} {given.password} then\n")
        (secrets / FILE).chmod(0o600)
        raise RuntimeError("the power is gone")

    with pytest.raises(RuntimeError, match="power"):
        await admin.first(keep=dies)
    lost = told(secrets, T0)
    await first_admin(admin, secrets)
    assert told(secrets, T0) != lost
    password = told(secrets, T0).split(" ")[5]
    await AccountDesk(database, "key", lambda: T0).sign_in("admin", password, HERE)
