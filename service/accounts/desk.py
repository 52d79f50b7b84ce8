"""Signing in, and what it hangs on: passwords, second factors, sessions. Refuses without saying which of name and password
was wrong, and to look at a password once there were too many tries.

A try is counted before anything is looked at, so that a restart or many at once give no further one: see sign_in_tries.py. What
somebody was let in by is held against what is in force in the transaction that opens the session, or changes what the password is
asked for: a password that was taken away or changed in between does neither, nor does a session that ended.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe

from hotline1022.accounts import recovery, second_factor
from hotline1022.accounts.rights import Rights
from hotline1022.accounts.rules import LOGIN, check_password, plain_password
from hotline1022.accounts.states import Step, begin, move
from hotline1022.accounts.types import Entered, Factor, From, Secret, Session, SignedIn, Stage, User
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work
from hotline1022.service.accounts.password_look import Look, PasswordLook, same
from hotline1022.service.accounts.sign_in_tries import WINDOW, Try, forget_codes, of_code, of_password, take_back
from hotline1022.service.accounts.user_rights import rights_of
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: how long a password that was given by somebody else is good after it was used first
TO_CHANGE = timedelta(minutes=15)
#: rows of ended sessions are kept so long
KEPT = timedelta(days=30)
#: how telephones name us
ISSUER = "1022"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long somebody stays signed in."""

    #: without a request
    idle: timedelta = timedelta(minutes=60)
    #: at the latest: longer than a shift
    whole: timedelta = timedelta(hours=12)


def terms_of(settings: Settings) -> Terms:
    """As the settings in force say; a session that is open keeps its end."""
    desk = settings.desk
    return Terms(idle=timedelta(minutes=desk.idle_minutes), whole=timedelta(hours=desk.session_hours))


class AccountDesk:
    """The door of the desk."""

    def __init__(
        self, database: Database, key: str, clock: Callable[[], datetime], terms: Callable[[], Terms] = Terms
    ) -> None:
        self._database, self._clock, self._terms = database, clock, terms
        #: seals second factors
        self._key = key
        self._passwords = PasswordLook(database, key, clock)
        #: the library that judges passwords keeps what it is given in one place
        self._judging = asyncio.Lock()
        self._tries = self._passwords.tries

    # ------------------------------------------------------------ in

    async def sign_in(self, login: str, password: str, whence: From) -> Entered:
        """Name and password. Refused `sign-in-wrong`, `sign-in-wait`, `password-over`."""
        typed, now = login.strip().lower(), self._clock()
        # what nobody can be called is never asked of the database
        name = typed if re.fullmatch(LOGIN, typed) else ""
        async with self._database.reading() as tx:  # the same is asked for a name that nobody has
            user, secret = await tx.accounts.at_the_door(name)
            known = await tx.sessions.came_from(user.id if user else "", whence.address)
        look = await self._passwords.look(typed, secret.password, password, whence, known=known)
        if user is None or not user.active or not look.right:
            log.info("a sign-in from %s was refused", whence.address)
            raise _wrong()
        if secret.password_until is not None and secret.password_until <= now:
            text = "this password was given for a time that is over; ask the admin for another one"
            raise Refused(text, error_id="password-over")
        return await self._enter(user.id, secret, look.tried, whence, now)

    async def _enter(self, id: str, seen: Secret, tried: Try, whence: From, now: datetime) -> Entered:
        token = token_urlsafe(32)
        with by_the_service():
            async with self._database.transaction() as tx:
                user = await tx.accounts.lock(id)
                if not user.active or (await tx.accounts.secret(id)).password != seen.password:
                    raise _wrong()  # changed while it was looked at
                session = Session(
                    id=token_hex(8),
                    user=id,
                    stage=begin(second=user.totp, change=user.must_change),
                    made_at=now,
                    seen_at=now,
                    ends_at=now + self._terms().whole,
                    origin=whence.address,
                    browser=whence.browser[:200],
                )
                await tx.sessions.add(session, token)
                if user.must_change:
                    until = now + TO_CHANGE
                    await tx.accounts.set_until(id, min(until, seen.password_until or until))
                if session.stage is not Stage.SECOND:
                    await take_back(tx, tried)
                    await forget_codes(tx, id)
                    await _note_in(tx, user, session, now)
                rights = await rights_of(tx, user)
        return Entered(signed=_signed(user, session, rights), token=token)

    async def second(self, signed: SignedIn, code: str, whence: From) -> Entered:
        """The code of the second factor, or a recovery code, which is used up; another cookie. Refused `code-wrong`, `sign-in-wait`, `session-over`."""
        id, now = signed.user.id, self._clock()
        await self._count_code(id, whence)
        token = token_urlsafe(32)
        with by_the_service():
            async with self._database.transaction() as tx:
                user = await tx.accounts.lock(id)
                after = _moved(signed.session, Step.SECOND_RIGHT_CHANGE if user.must_change else Step.SECOND_RIGHT)
                if recovery.read(code):
                    await self._use_recovery(tx, user, code, whence, now)
                else:
                    await self._right_code(tx, user, code, now, "code-unreadable")
                if not await tx.sessions.stage(signed.session, after.stage):
                    raise _over()
                await tx.sessions.renew(signed.session, token)
                secret = await tx.accounts.secret(id)
                await take_back(tx, of_password(self._key, user.login, secret.password, signed.session.origin))
                await forget_codes(tx, id)
                await _note_in(tx, user, after, now)
        return Entered(signed=replace(signed, session=after, user=user), token=token)

    async def _count_code(self, user: str, whence: From) -> None:
        tried = of_code(user, whence.address)
        await self._tries.check(tried)
        await self._tries.count(tried)

    async def _right_code(self, tx: Work, user: User, code: str, now: datetime, none: str) -> None:
        """The code is right, and used up now. Refused `code-wrong`, and `none` where there is no factor that can be read."""
        secret = await tx.accounts.secret(user.id)
        plain = second_factor.unseal(secret.totp, user.id, self._key)
        if plain is None:
            text = "the second factor cannot be read; begin again, or ask the admin to take it away"
            raise Refused(text, error_id=none)
        found = second_factor.step_of(plain, code, now, secret.totp_step)
        if found is None or not await tx.accounts.take_step(user.id, found):
            text = "the code is wrong, or was used; see that the clock of the telephone is right, and take the next one"
            raise Refused(text, error_id="code-wrong")

    async def _use_recovery(self, tx: Work, user: User, code: str, whence: From, now: datetime) -> None:
        """It is one of those that are left, and is used up now. Refused `code-wrong`."""
        if not await tx.accounts.take_recovery(user.id, recovery.hashed(code, user.id, self._key)):
            text = (
                "this recovery code is none, or was used; take another one, or ask the admin to reset the second factor"
            )
            raise Refused(text, error_id="code-wrong")
        left = await tx.accounts.recovery_left(user.id)
        told: dict[str, object] = {"by": "self", "recovery": "used", "left": left}
        tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, told))

    async def find(self, token: str) -> SignedIn | None:
        """Who stands behind a cookie; None for nobody, or nobody any more."""
        now = self._clock()
        async with self._database.reading() as tx:
            session = await tx.sessions.find(token, now, self._terms().idle)
            if session is None:
                return None
            user = await tx.accounts.user(session.user)
            if not user.active:
                return None
            rights = await rights_of(tx, user)
        return _signed(user, session, rights)

    async def whose(self, token: str) -> str:
        """Id of the user whose session this cookie was and is no more; "" for any other cookie."""
        async with self._database.reading() as tx:
            return await tx.sessions.was_of(token, self._clock(), self._terms().idle)

    async def confirm(self, signed: SignedIn, password: str, whence: From) -> None:
        """The own password once more, for what an open browser alone may not do. Refused `password-wrong`, `sign-in-wait`,
        `session-over`.
        """
        look = await self._own(signed, password, whence)
        async with self._database.transaction() as tx:
            await _stands(tx, signed, look)
            if not await tx.sessions.confirm(signed.session, self._clock()):
                raise _over()

    async def seen(self, signed: SignedIn) -> None:
        """A request came: the session goes on."""
        with by_the_service():
            async with self._database.transaction() as tx:
                await tx.sessions.seen(signed.session.id, self._clock())

    # ------------------------------------------------------------ out

    async def sign_out(self, signed: SignedIn, whence: From, *, id: str = "") -> int:
        """End this session, or that one of the same user; says how many were open."""
        return await self._end(signed, whence, id=id or signed.session.id)

    async def sign_out_everywhere(self, signed: SignedIn, whence: From, *, here: bool = False) -> int:
        """End all others of the same user; with `here` this one too."""
        return await self._end(signed, whence, but="" if here else signed.session.id)

    async def _end(self, signed: SignedIn, whence: From, *, id: str = "", but: str = "") -> int:
        user, now = signed.user, self._clock()
        with by_the_service():
            async with self._database.transaction() as tx:
                await tx.sessions.end_over(now, self._terms().idle)
                ended = await tx.sessions.end("signed-out", user=user.id, id=id, but=but)
                if ended:
                    tx.audit.add(_fact(Kind.USER_SIGNED_OUT, user, whence, now, {"sessions": ended, "session": id}))
        return ended

    async def sessions(self, user: str) -> Sequence[Session]:
        """All that are open, latest first."""
        async with self._database.reading() as tx:
            return await tx.sessions.open_of(user, self._clock(), self._terms().idle)

    async def sweep(self) -> None:
        """End sessions that timed out; forget those of a month ago, and tries that shut nobody out any more."""
        now = self._clock()
        with by_the_service():
            async with self._database.transaction() as tx:
                await tx.sessions.end_over(now, self._terms().idle)
                await tx.sessions.forget(now - KEPT)
                await tx.accounts.forget_old_tries(now - WINDOW)

    # ------------------------------------------------------------ one's own secrets

    async def change_password(self, signed: SignedIn, old: str, new: str, whence: From) -> Entered:
        """A new password of one's own; all other sessions end, and this one gets another cookie.

        Refused `password-wrong`, `sign-in-wait`, `password-same`, `session-over`; Invalid `password-…`.
        """
        user, now = signed.user, self._clock()
        after = _moved(signed.session, Step.CHANGED)
        look = await self._own(signed, old, whence)
        async with self._judging:
            plain = await asyncio.to_thread(check_password, new, (user.login, user.name))
        if plain == plain_password(old):
            raise Refused("the new password is the old one; choose another", error_id="password-same")
        hashed = await self._passwords.hash(plain)
        token = token_urlsafe(32)
        async with self._database.transaction() as tx:
            await _stands(tx, signed, look)
            if not await tx.sessions.stage(signed.session, after.stage):
                raise _over()
            await tx.accounts.set_password(user.id, hashed, must_change=False, until=None)
            await tx.sessions.renew(signed.session, token)
            await tx.sessions.end_over(now, self._terms().idle)
            ended = await tx.sessions.end("password-changed", user=user.id, but=signed.session.id)
            tx.audit.add(_fact(Kind.USER_PASSWORD, user, whence, now, {"by": "self", "sessions": ended}))
        return Entered(signed=replace(signed, session=after, user=replace(user, must_change=False)), token=token)

    async def begin_second(self, signed: SignedIn, password: str, whence: From) -> Factor:
        """A new second factor, not in force yet, shown once. Refused `password-wrong`, `second-on`."""
        user = signed.user
        look = await self._own(signed, password, whence)
        secret = second_factor.new_secret()
        async with self._database.transaction() as tx:
            if (await _stands(tx, signed, look)).totp:
                text = "there is a second factor already; take it away before you set a new one"
                raise Refused(text, error_id="second-on")
            await tx.accounts.set_totp(user.id, second_factor.seal(secret, user.id, self._key), on=False)
        address = second_factor.address(secret, user.login, ISSUER)
        return Factor(address=address, typed=second_factor.typed(secret))

    async def confirm_second(self, signed: SignedIn, code: str, whence: From) -> Sequence[str]:
        """A code of it: from now on it is asked for; its recovery codes, told once. Refused `code-wrong`, `second-none`, `sign-in-wait`."""
        user, now = signed.user, self._clock()
        await self._count_code(user.id, whence)
        async with self._database.transaction() as tx:
            await _stands(tx, signed)
            await self._right_code(tx, user, code, now, "second-none")
            await tx.accounts.turn_totp_on(user.id)
            codes = await self._give_codes(tx, user)
            await forget_codes(tx, user.id)
            tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, {"by": "self", "on": True}))
        return codes

    async def _give_codes(self, tx: Work, user: User) -> Sequence[str]:
        codes = recovery.new_codes()
        await tx.accounts.set_recovery(user.id, [recovery.hashed(one, user.id, self._key) for one in codes])
        return codes

    async def new_codes(self, signed: SignedIn, password: str, whence: From) -> Sequence[str]:
        """Other recovery codes, told once; those of before open nothing. Refused `password-wrong`, `second-off`, `sign-in-wait`."""
        now = self._clock()
        look = await self._own(signed, password, whence)
        async with self._database.transaction() as tx:
            user = await _stands(tx, signed, look)
            if not user.totp:
                raise Refused("there is no second factor; turn it on first", error_id="second-off")
            codes = await self._give_codes(tx, user)
            told: dict[str, object] = {"by": "self", "recovery": "made"}
            tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, told))
        return codes

    async def codes_left(self, user: str) -> int:
        """Recovery codes that were not used."""
        async with self._database.reading() as tx:
            return await tx.accounts.recovery_left(user)

    async def drop_second(self, signed: SignedIn, password: str, whence: From) -> None:
        """Take it away. Refused `password-wrong`, `sign-in-wait`."""
        user, now = signed.user, self._clock()
        look = await self._own(signed, password, whence)
        async with self._database.transaction() as tx:
            await _stands(tx, signed, look)
            await tx.accounts.set_totp(user.id, b"", on=False)
            tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, {"by": "self", "on": False}))

    async def _own(self, signed: SignedIn, password: str, whence: From) -> Look:
        """The own password, once more: who finds a browser open does not take the account with it."""
        user = signed.user
        async with self._database.reading() as tx:
            secret = await tx.accounts.secret(user.id)
            known = await tx.sessions.came_from(user.id, whence.address)
        look = await self._passwords.look(user.login, secret.password, password, whence, known=known)
        if not look.right:
            raise Refused("the password is wrong", error_id="password-wrong")
        with by_the_service():
            async with self._database.transaction() as tx:
                await _stands(tx, signed, look)
                await take_back(tx, look.tried)
                await forget_codes(tx, user.id)
        return look


async def _stands(tx: Work, signed: SignedIn, look: Look | None = None) -> User:
    """Who acts, held until the end of the transaction: the session goes on as it was seen, and the password that was looked at is the one
    in force. Refused `session-over`, `password-wrong`.
    """
    user = await tx.accounts.lock(signed.user.id)
    if not user.active or not await tx.sessions.stage(signed.session, signed.session.stage):
        raise _over()
    if look is not None:
        await same(tx, user.id, look.hashed)
    return user


def _signed(user: User, session: Session, rights: Rights) -> SignedIn:
    return SignedIn(user=user, session=session, permissions=rights.permissions, hears_own=rights.hears_own)


def _moved(session: Session, step: Step) -> Session:
    stage = move(session.stage, step)
    if stage is None:
        raise _over()
    return replace(session, stage=stage)


def _over() -> Refused:
    return Refused("you are signed in no longer; sign in again", error_id="session-over")


def _wrong() -> Refused:
    return Refused("the name or the password is wrong", error_id="sign-in-wrong")


async def _note_in(tx: Work, user: User, session: Session, now: datetime) -> None:
    await tx.accounts.signed_in(user.id, now)
    whence = From(address=session.origin)
    tx.audit.add(_fact(Kind.USER_SIGNED_IN, user, whence, now, {"session": session.id, "second": user.totp}))


def _fact(kind: Kind, user: User, whence: From, at: datetime, detail: dict[str, object]) -> Fact:
    return Fact(
        at=at, kind=kind, actor=f"user:{user.login}", origin=whence.address, subject=f"user:{user.id}", detail=detail
    )
