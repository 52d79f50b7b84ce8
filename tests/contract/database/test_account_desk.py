"""Signing in: who may, who must wait, what a session lets do at each stage, and what ends it."""

import asyncio
from base64 import b32decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from sqlalchemy import select

from hotline1022.accounts.types import Entered, Factor, From, Permission, Stage, Wanted
from hotline1022.core.errors import HotlineError, Invalid, Refused
from hotline1022.db.tables_accounts import sign_in_try, user_account, user_session
from hotline1022.db.unit import Database
from hotline1022.service.accounts import password_look
from hotline1022.service.accounts.desk import TO_CHANGE, AccountDesk, Terms, terms_of
from hotline1022.service.accounts.sign_in_tries import OF_ADDRESS, OF_BOTH, OF_NAME
from hotline1022.service.accounts.user_admin import GOOD_FOR, UserAdmin
from hotline1022.service.settings.desk import DeskSettings
from hotline1022.service.settings.tree import Settings
from tests.contract.database.made import T0

HERE = From(address="192.0.2.7", browser="Firefox")
NEW = "con meo den uong tra sen"
AGENT = frozenset({"agent"})


@dataclass(slots=True)
class World:
    """A house with an agent called lan, and a clock that the test moves."""

    database: Database
    now: datetime = T0

    def __post_init__(self) -> None:
        self.desk = AccountDesk(self.database, "the key of the accounts", lambda: self.now)
        self.admin = UserAdmin(self.database, lambda: self.now)

    desk: AccountDesk = None  # type: ignore[assignment]
    admin: UserAdmin = None  # type: ignore[assignment]
    once: str = ""

    async def begin(self) -> "World":
        await self.admin.first()
        self.once = (await self.admin.add(Wanted(login="lan", name="Nguyễn Thị Lan", roles=AGENT))).password
        return self

    async def settled(self) -> Entered:
        """Lan, with a password of her own."""
        entered = await self.desk.sign_in("lan", self.once, HERE)
        return await self.desk.change_password(entered.signed, self.once, NEW, HERE)

    async def kinds(self) -> list[str]:
        async with self.database.reading() as tx:
            portions = [portion async for portion in tx.audit.entries()]
        return [one.kind for portion in portions for one in portion if one.subject.startswith("user:")]

    async def with_second(self) -> bytes:
        """Lan has a second factor; its secret."""
        entered = await self.settled()
        secret = unpacked(await self.desk.begin_second(entered.signed, NEW, HERE))
        await self.desk.confirm_second(entered.signed, code(secret, self.now), HERE)
        await self.desk.sign_out(entered.signed, HERE)
        self.now += timedelta(seconds=30)
        return secret


def unpacked(factor: Factor) -> bytes:
    """The secret, as a telephone takes it from the picture and a person from the text."""
    (read,) = parse_qs(urlsplit(factor.address).query)["secret"]
    assert read == factor.typed.replace(" ", "")
    return b32decode(read)


def code(secret: bytes, at: datetime) -> str:
    return TOTP(secret, 6, SHA1(), 30).generate(int(at.timestamp())).decode()


@pytest.fixture
async def world(database: Database) -> World:
    return await World(database).begin()


async def told(attempt: object) -> str:
    with pytest.raises(HotlineError) as caught:
        await attempt  # type: ignore[misc]
    return caught.value.error_id


async def test_a_password_that_was_given_lets_nobody_do_anything_but_change_it(world: World) -> None:
    entered = await world.desk.sign_in(" Lan ", world.once, HERE)
    assert entered.signed.session.stage is Stage.CHANGE
    assert not entered.signed.may(Permission.ANSWER)
    changed = await world.desk.change_password(entered.signed, world.once, NEW, HERE)
    assert changed.signed.may(Permission.ANSWER) and not changed.signed.may(Permission.USERS)
    assert changed.token != entered.token
    assert await world.desk.find(entered.token) is None
    found = await world.desk.find(changed.token)
    assert found is not None and found.may(Permission.ANSWER) and not found.user.must_change
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "sign-in-wrong"
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.may(Permission.ANSWER)
    assert await world.kinds() == [
        "user-changed", "user-changed", "user-signed-in", "user-password", "user-signed-in"
    ]  # fmt: skip


async def test_nothing_that_lets_in_is_in_the_database(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    async with world.database.reading() as tx:
        kept = [
            repr((await tx._connection.execute(select(table))).mappings().all())
            for table in (user_account, user_session)
        ]
    text = "".join(kept)
    for hidden in (world.once, NEW, entered.token, repr(secret)[2:-1], secret.hex()):
        assert hidden not in text
    assert entered.token not in repr(entered)


async def test_a_given_password_ends(world: World) -> None:
    world.now += GOOD_FOR
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "password-over"


@pytest.mark.parametrize("login", ["lan", "nobody", "", "x" * 5000, "lan\0", "' OR 1=1 --"])
async def test_a_wrong_one_is_not_told_apart(world: World, login: str) -> None:
    assert await told(world.desk.sign_in(login, "wrong", HERE)) == "sign-in-wrong"


async def test_few_tries_from_one_place_and_the_owner_still_comes_in(world: World) -> None:
    await world.settled()
    for _ in range(OF_BOTH):
        assert await told(world.desk.sign_in("lan", "guess", From(address="198.51.100.1"))) == "sign-in-wrong"
    assert await told(world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))) == "sign-in-wait"
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"
    world.now += timedelta(minutes=10, seconds=1)
    assert (await world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))).signed.user.login == "lan"


async def test_one_place_does_not_use_up_what_is_free_for_everybody(world: World) -> None:
    await world.settled()
    for _ in range(OF_NAME + 10):
        await told(world.desk.sign_in("lan", "guess", From(address="198.51.100.1")))
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"


async def test_ones_own_account_frees_nothing_for_the_names_of_others(world: World) -> None:
    await world.settled()
    for number in range(OF_ADDRESS - 1):
        await told(world.desk.sign_in(f"name{number}", "guess", HERE))
    await told(world.desk.sign_in("lan", "guess", HERE))
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wait", (
        "no success forgets what this address tried"
    )
    assert (await world.desk.sign_in("lan", NEW, From(address="203.0.113.9"))).signed.user.login == "lan"


async def test_what_is_full_is_refused_without_writing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(OF_BOTH):
        await told(world.desk.sign_in("lan", "guess", HERE))

    def writes() -> None:
        raise AssertionError("a refused try writes")

    monkeypatch.setattr(world.database, "transaction", writes)
    assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wait"


async def test_what_was_typed_in_the_wrong_field_is_kept_nowhere(world: World) -> None:
    await told(world.desk.sign_in("abcd-2fzr-k7mq-xyzw", "lan", HERE))
    async with world.database.reading() as tx:
        kept = (await tx._connection.execute(select(sign_in_try))).mappings().all()
    assert kept and "abcd" not in repr(kept) and "2fzr" not in repr(kept)


async def test_a_reset_frees_who_was_shut_out_at_the_own_place(world: World) -> None:
    await world.settled()
    for _ in range(OF_BOTH):
        await told(world.desk.sign_in("lan", "guess", HERE))
    given = await world.admin.reset("lan")
    assert (await world.desk.sign_in("lan", given.password, HERE)).signed.user.login == "lan"


@pytest.mark.parametrize("what", ["reset", "shut"])
async def test_a_password_that_is_taken_away_while_it_is_looked_at_opens_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    await world.settled()
    lan = await world.admin.by_login("lan")

    async def slow(hashed: str, plain: str) -> bool:
        if what == "reset":
            await world.admin.reset("lan")
        else:
            await world.admin.change(lan.id, lan.version, Wanted(active=False))
        return True

    monkeypatch.setattr(password_look, "verify_secret", slow)
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"
    assert await world.desk.sessions(lan.id) == []


async def test_a_given_password_is_changed_within_a_quarter_of_an_hour_of_its_first_use(world: World) -> None:
    await world.desk.sign_in("lan", world.once, HERE)
    world.now += TO_CHANGE
    assert await told(world.desk.sign_in("lan", world.once, HERE)) == "password-over"


async def test_how_long_one_stays_signed_in_is_a_setting(world: World) -> None:
    settings = Settings(desk=DeskSettings(idle_minutes=5, session_hours=1))
    assert terms_of(Settings()) == Terms()
    await world.settled()
    desk = AccountDesk(world.database, "the key of the accounts", lambda: world.now, lambda: terms_of(settings))
    one, two = [await desk.sign_in("lan", NEW, HERE) for _ in range(2)]
    world.now += timedelta(minutes=4)
    await desk.seen(two.signed)
    world.now += timedelta(minutes=1)
    assert await desk.find(one.token) is None and await desk.find(two.token) is not None
    settings = Settings(desk=DeskSettings(idle_minutes=60, session_hours=24))
    assert await desk.find(one.token) is not None, "in force at once"
    world.now += timedelta(minutes=54)
    assert await desk.find(two.token) is not None
    world.now += timedelta(minutes=1)
    assert await desk.find(two.token) is None, "the end of then"


async def test_sessions_that_timed_out_are_swept_and_counted_no_more(world: World) -> None:
    entered = await world.settled()
    world.now += Terms().idle
    assert await world.desk.sessions(entered.signed.user.id) == []
    again = await world.desk.sign_in("lan", NEW, HERE)
    await world.desk.sweep()
    assert await world.desk.sign_out_everywhere(again.signed, HERE, here=True) == 1
    world.now += timedelta(days=31)
    await world.desk.sweep()
    async with world.database.reading() as tx:
        for table in (user_session, sign_in_try):
            assert (await tx._connection.execute(select(table))).first() is None


async def test_many_at_the_same_moment_are_counted_as_many(world: World) -> None:
    attempts = (told(world.desk.sign_in("lan", "guess", HERE)) for _ in range(OF_BOTH + 4))
    answers = await asyncio.gather(*attempts)
    assert answers.count("sign-in-wrong") == OF_BOTH and answers.count("sign-in-wait") == 4


async def test_one_name_from_everywhere_is_shut_too_until_the_admin_resets_it(world: World) -> None:
    await world.settled()
    for number in range(OF_NAME):
        await told(world.desk.sign_in("lan", "guess", From(address=f"198.51.100.{number}")))
    assert await told(world.desk.sign_in("lan", NEW, From(address="203.0.113.9"))) == "sign-in-wait"
    given = await world.admin.reset("lan")
    entered = await world.desk.sign_in("lan", given.password, From(address="203.0.113.10"))
    assert entered.signed.session.stage is Stage.CHANGE


async def test_strangers_together_do_not_shut_a_user_out_of_the_own_place(world: World) -> None:
    """Whoever knows a name, such as admin, and has thirty addresses would keep its owner out of the house for ever."""
    entered = await world.settled()
    await world.desk.sign_out(entered.signed, HERE)
    for number in range(OF_NAME):
        await told(world.desk.sign_in("lan", "guess", From(address=f"198.51.100.{number}")))
    assert await told(world.desk.sign_in("lan", NEW, From(address="198.51.100.99"))) == "sign-in-wait"
    for _ in range(OF_BOTH - 1):
        assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wait", "as of a name that nobody has"
    back = await world.desk.sign_in("lan", NEW, HERE)
    assert back.signed.user.login == "lan"
    changed = await world.desk.change_password(back.signed, NEW, f"{NEW} nong", HERE)
    await world.desk.sign_out(changed.signed, HERE)
    for _ in range(OF_BOTH):
        assert await told(world.desk.sign_in("lan", "guess", HERE)) == "sign-in-wrong"
    assert await told(world.desk.sign_in("lan", f"{NEW} nong", HERE)) == "sign-in-wait", (
        "no more tries there than anywhere"
    )


async def test_a_reset_ends_all_sessions(world: World) -> None:
    entered = await world.settled()
    other = await world.desk.sign_in("lan", NEW, HERE)
    await world.admin.reset("lan")
    assert [await world.desk.find(one.token) for one in (entered, other)] == [None, None]
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"


async def test_a_session_ends_when_nobody_is_there_and_at_the_end_of_the_day(world: World) -> None:
    entered = await world.settled()
    world.now += Terms().idle - timedelta(minutes=1)
    await world.desk.seen(entered.signed)
    world.now += Terms().idle - timedelta(minutes=1)
    assert await world.desk.find(entered.token) is not None
    world.now += timedelta(minutes=2)
    assert await world.desk.find(entered.token) is None
    entered = await world.desk.sign_in("lan", NEW, HERE)
    for _ in range(24):
        world.now += timedelta(minutes=30)
        await world.desk.seen(entered.signed)
    assert await world.desk.find(entered.token) is None


async def test_signing_out_here_there_and_everywhere(world: World) -> None:
    one = await world.settled()
    two, three = [await world.desk.sign_in("lan", NEW, HERE) for _ in range(2)]
    admin = await world.admin.by_login("admin")
    assert len(await world.desk.sessions(one.signed.user.id)) == 3
    assert await world.desk.sign_out(one.signed, HERE, id=two.signed.session.id) == 1
    assert await world.desk.find(two.token) is None
    assert await world.desk.sign_out_everywhere(one.signed, HERE) == 1
    assert await world.desk.find(three.token) is None and await world.desk.find(one.token) is not None
    assert await world.desk.sign_out(one.signed, HERE) == 1
    assert await world.desk.sign_out(one.signed, HERE) == 0
    assert await world.desk.find(one.token) is None
    assert await world.admin.sign_out(admin.id) == 0


async def test_nobody_ends_the_session_of_another_by_its_id(world: World) -> None:
    lan = await world.settled()
    given = await world.admin.add(Wanted(login="minh", name="Minh", roles=AGENT))
    minh = await world.desk.sign_in("minh", given.password, HERE)
    assert await world.desk.sign_out(minh.signed, HERE, id=lan.signed.session.id) == 0
    assert await world.desk.find(lan.token) is not None


async def test_who_is_shut_out_is_out_at_once_and_other_rights_are_in_force_at_once(world: World) -> None:
    entered = await world.settled()
    lan = await world.admin.by_login("lan")
    lan = await world.admin.change(lan.id, lan.version, Wanted(roles=frozenset({"auditor"})))
    found = await world.desk.find(entered.token)
    assert found is not None and found.may(Permission.LISTEN) and not found.may(Permission.ANSWER)
    await world.admin.change(lan.id, lan.version, Wanted(active=False))
    assert await world.desk.find(entered.token) is None
    assert await told(world.desk.sign_in("lan", NEW, HERE)) == "sign-in-wrong"
    assert await told(world.admin.reset("lan")) == "user-ended"


async def test_a_second_factor_stands_between(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    assert entered.signed.session.stage is Stage.SECOND and not entered.signed.may(Permission.ANSWER)
    assert await told(world.desk.change_password(entered.signed, NEW, NEW + " x", HERE)) == "session-over"
    assert await told(world.desk.second(entered.signed, "000 000", HERE)) == "code-wrong"
    done = await world.desk.second(entered.signed, code(secret, world.now), HERE)
    assert done.signed.may(Permission.ANSWER) and done.token != entered.token
    assert await world.desk.find(entered.token) is None
    again = await world.desk.sign_in("lan", NEW, HERE)
    assert await told(world.desk.second(again.signed, code(secret, world.now), HERE)) == "code-wrong", "used"
    late = code(secret, world.now)
    world.now += timedelta(seconds=30)
    assert await told(world.desk.second(again.signed, late, HERE)) == "code-wrong", "used, though within the leeway"
    assert (await world.desk.second(again.signed, code(secret, world.now), HERE)).signed.may(Permission.ANSWER)


async def test_one_code_lets_one_in(world: World) -> None:
    secret = await world.with_second()
    entered = [await world.desk.sign_in("lan", NEW, HERE) for _ in range(3)]
    now = code(secret, world.now)
    done = await asyncio.gather(*(world.desk.second(one.signed, now, HERE) for one in entered), return_exceptions=True)
    assert sum(isinstance(one, Entered) for one in done) == 1


async def test_codes_are_not_guessed(world: World) -> None:
    secret = await world.with_second()
    entered = await world.desk.sign_in("lan", NEW, HERE)
    for _ in range(5):
        assert await told(world.desk.second(entered.signed, "123456", HERE)) == "code-wrong"
    assert await told(world.desk.second(entered.signed, code(secret, world.now), HERE)) == "sign-in-wait"


async def test_a_lost_telephone_is_taken_away_by_the_admin(world: World) -> None:
    await world.with_second()
    given = await world.admin.reset("lan", second=True)
    entered = await world.desk.sign_in("lan", given.password, HERE)
    assert entered.signed.session.stage is Stage.CHANGE and not entered.signed.user.totp


async def test_a_factor_of_another_key_or_another_user_is_not_taken(world: World) -> None:
    secret = await world.with_second()
    other = AccountDesk(world.database, "another key", lambda: world.now)
    entered = await other.sign_in("lan", NEW, HERE)
    assert await told(other.second(entered.signed, code(secret, world.now), HERE)) == "code-unreadable"


async def test_ones_own_password_is_asked_for_again(world: World) -> None:
    entered = await world.settled()
    assert await told(world.desk.begin_second(entered.signed, "wrong", HERE)) == "password-wrong"
    assert await told(world.desk.change_password(entered.signed, "wrong", "abc", HERE)) == "password-wrong"
    secret = unpacked(await world.desk.begin_second(entered.signed, NEW, HERE))
    assert await told(world.desk.confirm_second(entered.signed, "1", HERE)) == "code-wrong"
    await world.desk.confirm_second(entered.signed, code(secret, world.now), HERE)
    signed = await world.desk.find(entered.token)
    assert signed is not None and signed.user.totp
    assert await told(world.desk.begin_second(signed, NEW, HERE)) == "second-on"
    assert await told(world.desk.drop_second(signed, "wrong", HERE)) == "password-wrong"
    await world.desk.drop_second(signed, NEW, HERE)
    again = await world.desk.sign_in("lan", NEW, HERE)
    assert again.signed.may(Permission.ANSWER)


@pytest.mark.parametrize(
    ("new", "error"),
    [("ngan", "password-short"), ("matkhau12345", "password-weak"), ("nguyenthilan", "password-weak"),
     ("Binhduong2026", "password-weak"), ("x" * 129, "password-long"), (NEW, "password-same")],
)  # fmt: skip
async def test_what_is_guessed_is_no_password(world: World, new: str, error: str) -> None:
    entered = await world.settled()
    with pytest.raises((Invalid, Refused)) as caught:
        await world.desk.change_password(entered.signed, NEW, new, HERE)
    assert caught.value.error_id == error
    assert new not in str(caught.value)
    assert (await world.desk.sign_in("lan", NEW, HERE)).signed.user.login == "lan"


async def test_who_has_only_the_password_does_not_shut_the_owner_out(world: World) -> None:
    secret = await world.with_second()
    thief = await world.desk.sign_in("lan", NEW, From(address="198.51.100.1"))
    for _ in range(10):
        await told(world.desk.second(thief.signed, "000000", From(address="198.51.100.1")))
    owner = await world.desk.sign_in("lan", NEW, HERE)
    assert (await world.desk.second(owner.signed, code(secret, world.now), HERE)).signed.may(Permission.ANSWER)


async def test_a_factor_that_the_admin_takes_away_has_its_entry_and_none_that_was_not_there(world: World) -> None:
    await world.with_second()
    before = (await world.kinds()).count("user-second-factor")
    await world.admin.reset("lan", second=True)
    await world.admin.reset("lan", second=True)
    assert (await world.kinds()).count("user-second-factor") == before + 1


async def test_a_restore_lets_nobody_be_in_again(world: World) -> None:
    entered = await world.settled()
    async with world.database.transaction() as tx:
        assert await tx.sessions.end_all("restored") >= 1
    assert await world.desk.find(entered.token) is None
