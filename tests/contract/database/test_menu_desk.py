"""The menu's versions over both databases: what is in force after what, who is told, and that an error changes nothing."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hotline1022.audit.types import Kind
from hotline1022.core.errors import ConfigError, Invalid, NotFound, Refused, Unavailable
from hotline1022.db.unit import Database
from hotline1022.service.menu.file import COPY, hash_of, read
from tests.contract.database.made import T0
from tests.contract.database.menu_world import OTHER, SHIPPED, THIRD, WRONG, MenuHouse, begun


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> MenuHouse:
    made = MenuHouse(database, tmp_path, lambda: T0)
    await begun(made.desk)
    return made


async def numbers(house: MenuHouse) -> list[tuple[int, str, bool, int]]:
    async with house.database.reading() as tx:
        return [(one.number, one.by, one.from_file, one.again) for one in await tx.menus.versions(10)]


async def entries(house: MenuHouse) -> list[tuple[str, str, dict[str, Any]]]:
    async with house.database.reading() as tx:
        return [(one.actor, one.subject, dict(one.detail)) async for one in tx.audit.of_kind(Kind.MENU_PUBLISHED)]


async def test_the_settings_file_is_the_first_version_and_follows_until_people_publish(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "menu.toml").write_text(SHIPPED, encoding="utf-8")
    house = MenuHouse(database, tmp_path, lambda: T0, file=tmp_path / "menu.toml")
    await begun(house.again())
    await begun(house.again())
    assert await numbers(house) == [(1, "settings", True, 0)], "the same file again is no other version"
    (tmp_path / "menu.toml").write_text(OTHER, encoding="utf-8")
    await begun(house.again())
    assert await numbers(house) == [(2, "settings", True, 0), (1, "settings", True, 0)]
    assert house.leads("4") == "Voicemail" and house.desk.file_leads
    await house.desk.publish(THIRD, seen=2, by="user:lan")
    (tmp_path / "menu.toml").write_text(SHIPPED, encoding="utf-8")
    await begun(house.again())
    assert (house.leads("4"), house.desk.file_leads) == ("Agents", False)
    assert house.tree.menus["root"].target("4") == read(THIRD).menus["root"].target("4")
    assert len(await numbers(house)) == 3, "the file is the fallback alone from now on"


async def test_what_is_published_is_in_force_at_once_and_after_the_next_start(house: MenuHouse) -> None:
    assert house.leads("4") == "Agents"
    version, _, _ = await house.desk.publish(OTHER.replace("\n", "\r\n"), seen=1, by="user:lan", note="  Thử  ")
    assert (version.number, version.note, version.sha256) == (2, "Thử", hash_of(OTHER))
    assert house.leads("4") == "Voicemail"
    assert [actor for actor, _, _ in await entries(house)] == ["service", "user:lan"]
    (_, subject, detail) = (await entries(house))[1]
    assert (subject, detail) == (
        "menu:2",
        {"sha256": hash_of(OTHER), "before": 1, "again": 0, "from_file": False},
    )
    house.again()
    assert house.leads("4") == "Voicemail", "before the database is read, from the copy"
    await begun(house.desk)
    assert house.leads("4") == "Voicemail" and house.desk.version == version
    (house.folder / COPY).unlink()
    house.again()
    assert house.leads("4") == "Agents"
    await begun(house.desk)
    assert house.leads("4") == "Voicemail" and (house.folder / COPY).read_text(encoding="utf-8") == OTHER


async def test_an_earlier_version_comes_back_as_a_new_one(house: MenuHouse) -> None:
    await house.desk.publish(OTHER, seen=1, by="user:lan")
    async with house.database.reading() as tx:
        _, text = await tx.menus.version(1)
    await house.desk.publish(text, seen=2, by="user:minh", again=1)
    assert house.leads("4") == "Agents"
    assert [one[0::3] for one in await numbers(house)] == [(3, 1), (2, 0), (1, 0)]


async def test_a_kept_copy_that_is_no_menu_is_not_taken(house: MenuHouse) -> None:
    (house.folder / COPY).write_text("root = 7", encoding="utf-8")
    house.again()
    assert house.leads("4") == "Agents", "the settings' file"
    await begun(house.desk)
    assert not (house.folder / COPY).exists(), "nobody published: no copy leads"


async def test_a_version_that_is_no_menu_for_this_release_leaves_the_one_at_hand(house: MenuHouse) -> None:
    version, _, _ = await house.desk.publish(OTHER, seen=1, by="user:lan")
    (house.folder / COPY).unlink()
    house.again()
    house.mute = ConfigError("espeak-ng is missing", error_id="espeak-missing")
    await begun(house.desk)
    assert house.leads("4") == "Agents" and "espeak" in house.desk.trouble
    assert house.desk.version == version
    house.mute = ConfigError("espeak-ng is missing", error_id="espeak-missing")
    await house.desk.look()
    text = "version 2 of the menu is not in force, the one at hand goes on: espeak-ng is missing [espeak-missing]"
    assert house.bell.rung == [("menu-not-in-force", text)], "once for each reason"
    await house.desk.look()
    assert house.leads("4") == "Voicemail" and house.desk.trouble == "", "as soon as it can be"


async def test_a_version_that_broke_whoever_put_it_in_force_is_tried_again(house: MenuHouse) -> None:
    await house.desk.publish(OTHER, seen=1, by="user:lan")
    (house.folder / COPY).unlink()
    house.again()
    house.mute = LookupError("nobody foresaw this")
    await house.desk.start()
    with pytest.raises(LookupError):  # the guard of the service rings, and has it look again
        await house.desk.look()
    assert house.leads("4") == "Agents" and house.desk.trouble
    await house.desk.look()
    assert house.leads("4") == "Voicemail" and house.desk.trouble == ""


# ---------------------------------------------------------------- an error changes nothing


async def unchanged(house: MenuHouse) -> None:
    assert house.leads("4") == "Agents" and house.used == []
    assert await numbers(house) == [(1, "settings", True, 0)]
    assert not (house.folder / COPY).exists()


async def test_what_is_no_menu_is_refused_by_line(house: MenuHouse) -> None:
    with pytest.raises(Invalid) as caught:
        await house.desk.publish(WRONG, seen=1, by="user:lan")
    line = WRONG[: WRONG.index('8 = "menu:mor"')].count("\n") + 1
    assert caught.value.error_id == "menu-invalid" and str(caught.value).startswith(
        f"menu:{line}: there is no menu mor"
    )
    await unchanged(house)


async def test_what_cannot_be_spoken_is_refused(house: MenuHouse) -> None:
    house.mute = ConfigError("root must be spoken, and espeak-ng is missing; install it", error_id="espeak-missing")
    with pytest.raises(Invalid, match="espeak-ng is missing") as caught:
        await house.desk.publish(OTHER, seen=1, by="user:lan")
    assert caught.value.error_id == "menu-sounds"
    await unchanged(house)


async def test_a_disk_that_is_full_is_refused(house: MenuHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hotline1022.service.menu.desk.stage", full)
    with pytest.raises(Unavailable, match="No space left") as caught:
        await house.desk.publish(OTHER, seen=1, by="user:lan")
    assert caught.value.error_id == "menu-not-kept"
    await unchanged(house)


async def test_a_database_that_goes_away_meanwhile_gives_the_old_sounds_back(
    house: MenuHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = house.tree

    async def away() -> None:
        def gone(*_: object, **__: object) -> None:
            raise Unavailable("the database does not answer", error_id="database-away")

        monkeypatch.setattr(house.database, "transaction", gone)

    house.meanwhile = away
    with pytest.raises(Unavailable):
        await house.desk.publish(OTHER, seen=1, by="user:lan")
    assert house.spoken[-1] == before
    monkeypatch.undo()
    await unchanged(house)


# ---------------------------------------------------------------- two people


async def test_of_two_who_publish_the_second_is_told(house: MenuHouse) -> None:
    first, second = await asyncio.gather(
        house.desk.publish(OTHER, seen=1, by="user:lan"),
        house.desk.publish(THIRD, seen=1, by="user:minh"),
        return_exceptions=True,
    )
    assert not isinstance(first, BaseException)
    assert isinstance(second, Refused) and second.error_id == "menu-changed" and "user:lan" in str(second)
    assert house.leads("4") == "Voicemail" and len(await numbers(house)) == 2
    with pytest.raises(Refused) as caught:
        await house.desk.publish(OTHER, seen=2, by="user:minh")
    assert caught.value.error_id == "menu-same"


async def test_another_process_that_publishes_is_followed(house: MenuHouse) -> None:
    other = MenuHouse(house.database, house.folder / "other", lambda: T0)
    other.folder.mkdir()
    await begun(other.desk)
    await other.desk.publish(OTHER, seen=1, by="user:lan")
    with pytest.raises(Refused):
        await house.desk.publish(THIRD, seen=1, by="user:minh")
    await house.desk.look()
    assert house.leads("4") == "Voicemail"
    made = len(house.spoken)
    await house.desk.look()
    assert len(house.spoken) == made, "nothing new, nothing made"


async def test_a_draft_is_kept_over_the_one_that_was_seen_and_goes_with_its_publication(house: MenuHouse) -> None:
    first = await house.desk.save_draft("root = ", 0, "user:lan")
    with pytest.raises(Refused) as caught:
        await house.desk.save_draft("other", 0, "user:minh")
    assert caught.value.error_id == "menu-draft-changed"
    second = await house.desk.save_draft(OTHER, first.revision, "user:minh")
    for stale in (0, first.revision):
        with pytest.raises(Refused):
            await house.desk.drop_draft(stale)
        with pytest.raises(Refused):
            await house.desk.publish(OTHER, seen=1, by="user:lan", draft=stale)
    await house.desk.publish(OTHER, seen=1, by="user:lan", draft=second.revision)
    async with house.database.reading() as tx:
        assert await tx.menus.draft() is None
        with pytest.raises(NotFound):
            await tx.menus.version(9)


async def test_who_gives_up_waiting_leaves_nothing_half_done(house: MenuHouse) -> None:
    going, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        going.set()
        await go_on.wait()

    house.meanwhile = wait
    asked = asyncio.create_task(house.desk.publish(OTHER, seen=1, by="user:lan"))
    await going.wait()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    go_on.set()
    async with house.desk.lock:  # whoever comes next waits for it
        assert house.leads("4") == "Voicemail" and len(await numbers(house)) == 2


async def test_a_start_waits_for_no_sounds(database: Database, tmp_path: Path) -> None:
    """They take a minute on a new machine, and nobody could call in it."""
    house = MenuHouse(database, tmp_path, lambda: T0)
    house.spoken.clear()
    await house.again().start()
    await house.desk.look()
    assert house.spoken == [], "the menu at hand was spoken before"
    await house.desk.publish(OTHER, seen=1, by="user:lan")
    (house.folder / COPY).unlink()
    house.again()
    house.spoken.clear()
    await house.desk.start()
    assert house.spoken == [] and house.leads("4") == "Agents"
    await house.desk.look()
    assert len(house.spoken) == 1 and house.leads("4") == "Voicemail"
