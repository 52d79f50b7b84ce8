"""Signing in, and what it hangs on: passwords, second factors, sessions. Refuses without saying which of name and password
was wrong, and to look at a password once there were too many tries.

A try is counted before anything is looked at, so that a restart or many at once give no further one: see sign_in_tries.py. What
somebody was let in by is looked at once more in the transaction that opens the session: a password that was taken away in
between opens none.
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe

from hotline1022.accounts import second_factor
from hotline1022.accounts.rights import Rights
from hotline1022.accounts.rules import LOGIN, check_password, plain_password
from hotline1022.accounts.states import Step, begin, move
from hotline1022.accounts.types import Entered, Factor, From, Secret, Session, SignedIn, Stage, User
from hotline1022.audit.types import Fact, Kind
from hotline1022.core.acting import by_the_service
from hotline1022.core.errors import Refused
from hotline1022.db.unit import Database, Work
from hotline1022.service.accounts.sign_in_tries import WINDOW, TryBook, forget, of_code, of_password
from hotline1022.service.accounts.user_rights import rights_of
from hotline1022.service.lines.pins import hash_pin as hash_secret
from hotline1022.service.lines.pins import verify_pin as verify_secret
from hotline1022.service.settings.tree import Settings

log = logging.getLogger(__name__)

#: how long a password that was given by somebody else is good after it was used first
TO_CHANGE = timedelta(minutes=15)
#: passwords looked at side by side: each takes 19 MiB and some 20 ms of a core
AT_ONCE = 2
#: rows of ended sessions are kept so long
KEPT = timedelta(days=30)
#: how telephones name us
ISSUER = "1022"
#: what is compared where there is no such user: it takes as long
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$pGCjcBOnk3fQ5GZb9Dh0kPzH0Fn5d0EtcdfX+3vX2UE"


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
        self._looks = asyncio.Semaphore(AT_ONCE)
        #: the library that judges passwords keeps what it is given in one place
        self._judging = asyncio.Lock()
        self._tries = TryBook(database, clock)

    # ------------------------------------------------------------ in

    async def sign_in(self, login: str, password: str, whence: From) -> Entered:
        """Name and password. Refused `sign-in-wrong`, `sign-in-wait`, `password-over`."""
        typed, now = login.strip().lower(), self._clock()
        # what nobody can be called is never asked of the database
        name = typed if re.fullmatch(LOGIN, typed) else ""
        async with self._database.reading() as tx:
            user = await tx.accounts.by_login(name) if name else None
            secret = await tx.accounts.secret(user.id) if user else Secret()
            known = user is not None and await tx.sessions.came_from(user.id, whence.address)
        limits = of_password(user.id if user else "", typed, whence.address, known=known)
        await self._tries.count(limits, whence.address)
        async with self._looks:
            right = await verify_secret(secret.password or _NOBODY, plain_password(password))
        if user is None or not user.active or not secret.password or not right:
            log.info("a sign-in from %s was refused", whence.address)
            raise _wrong()
        if secret.password_until is not None and secret.password_until <= now:
            text = "this password was given for a time that is over; ask the admin for another one"
            raise Refused(text, error_id="password-over")
        return await self._enter(user.id, secret, whence, now)

    async def _enter(self, id: str, seen: Secret, whence: From, now: datetime) -> Entered:
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
                    await forget(tx, id)
                    await _note_in(tx, user, session, now)
                rights = await rights_of(tx, user)
        return Entered(signed=_signed(user, session, rights), token=token)

    async def second(self, signed: SignedIn, code: str, whence: From) -> Entered:
        """The code of the second factor; another cookie. Refused `code-wrong`, `sign-in-wait`, `session-over`."""
        id, now = signed.user.id, self._clock()
        await self._tries.count(of_code(id, whence.address), whence.address)
        token = token_urlsafe(32)
        with by_the_service():
            async with self._database.transaction() as tx:
                user = await tx.accounts.lock(id)
                after = _moved(signed.session, Step.SECOND_RIGHT_CHANGE if user.must_change else Step.SECOND_RIGHT)
                await self._right_code(tx, user, code, now, "code-unreadable")
                if not await tx.sessions.stage(signed.session, after.stage):
                    raise _over()
                await tx.sessions.renew(signed.session, token)
                await forget(tx, id)
                await _note_in(tx, user, after, now)
        return Entered(signed=replace(signed, session=after, user=user), token=token)

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
        await self._own(signed.user, password, whence)
        async with self._database.transaction() as tx:
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
        await self._own(user, old, whence)
        async with self._judging:
            plain = await asyncio.to_thread(check_password, new, (user.login, user.name))
        if plain == plain_password(old):
            raise Refused("the new password is the old one; choose another", error_id="password-same")
        async with self._looks:
            hashed = await hash_secret(plain)
        token = token_urlsafe(32)
        async with self._database.transaction() as tx:
            await tx.accounts.lock(user.id)
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
        await self._own(user, password, whence)
        secret = second_factor.new_secret()
        async with self._database.transaction() as tx:
            if (await tx.accounts.lock(user.id)).totp:
                text = "there is a second factor already; take it away before you set a new one"
                raise Refused(text, error_id="second-on")
            await tx.accounts.set_totp(user.id, second_factor.seal(secret, user.id, self._key), on=False)
        address = second_factor.address(secret, user.login, ISSUER)
        return Factor(address=address, typed=second_factor.typed(secret))

    async def confirm_second(self, signed: SignedIn, code: str, whence: From) -> None:
        """A code of it: from now on it is asked for. Refused `code-wrong`, `second-none`, `sign-in-wait`."""
        user, now = signed.user, self._clock()
        await self._tries.count(of_code(user.id, whence.address), whence.address)
        async with self._database.transaction() as tx:
            await tx.accounts.lock(user.id)
            await self._right_code(tx, user, code, now, "second-none")
            await tx.accounts.turn_totp_on(user.id)
            await forget(tx, user.id)
            tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, {"by": "self", "on": True}))

    async def drop_second(self, signed: SignedIn, password: str, whence: From) -> None:
        """Take it away. Refused `password-wrong`, `sign-in-wait`."""
        user, now = signed.user, self._clock()
        await self._own(user, password, whence)
        async with self._database.transaction() as tx:
            await tx.accounts.set_totp(user.id, b"", on=False)
            tx.audit.add(_fact(Kind.USER_SECOND_FACTOR, user, whence, now, {"by": "self", "on": False}))

    async def _own(self, user: User, password: str, whence: From) -> None:
        """The own password, once more: who finds a browser open does not take the account with it."""
        async with self._database.reading() as tx:
            secret = await tx.accounts.secret(user.id)
            known = await tx.sessions.came_from(user.id, whence.address)
        await self._tries.count(of_password(user.id, user.login, whence.address, known=known), whence.address)
        async with self._looks:
            right = await verify_secret(secret.password, plain_password(password))
        if not right:
            raise Refused("the password is wrong", error_id="password-wrong")
        with by_the_service():
            async with self._database.transaction() as tx:
                await forget(tx, user.id)


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
