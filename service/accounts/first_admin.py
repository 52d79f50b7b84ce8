"""The first admin of a new house: made at its first start, its one-time password in a file of the secrets until it was changed, and
on the terminal of `hotline1022 run`. Refuses to make a second one.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from hotline1022.accounts.types import Given
from hotline1022.core.clock import PROVINCE, written
from hotline1022.core.errors import HotlineError
from hotline1022.core.words import words
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.settings.secrets import read_secret, write_once

log = logging.getLogger(__name__)
#: name of the file
FILE = "first-admin"


async def first_admin(admin: UserAdmin, secrets: Path) -> None:
    """Make it where nobody is, and take the file away once its owner has chosen another password."""
    try:
        await _first_admin(admin, secrets / FILE)
    except (HotlineError, OSError) as error:  # the telephone does not wait for the desk
        log.error("the first admin of the desk cannot be seen to: %s", error)


async def _first_admin(admin: UserAdmin, path: Path) -> None:

    async def keep(given: Given) -> None:
        # before the row is there for good: a password that nobody can read would shut the house
        await asyncio.to_thread(_write, path, given)

    given = await admin.first(keep=keep)
    if given is not None:
        log.info("there are no users yet: user %s was made, with a password in %s", given.user.login, path)
        return
    if not await admin.still_opens(*await asyncio.to_thread(_said, path)):
        await asyncio.to_thread(path.unlink, missing_ok=True)


def told(secrets: Path, now: datetime) -> str:
    """The line for the terminal; "" where the first admin has come in already."""
    with suppress(HotlineError):
        login, password, until = read_secret(secrets / FILE).split(" ", 2)
        if over(until, now):
            return f"the password of {login} was good until {until}; hotline1022 user reset {login} makes another"
        return f"sign in as {login} with {password} until {until}"
    return ""


def over(until: str, now: datetime) -> bool:
    """Whether a moment as it is written has passed; what is no moment has not."""
    try:
        return datetime.strptime(until, words()("format.moment")).replace(tzinfo=PROVINCE) <= now
    except ValueError:
        return False


def _said(path: Path) -> tuple[str, str]:
    """Name and password of the file."""
    try:
        login, password, _ = read_secret(path).split(" ", 2)
    except (HotlineError, ValueError):
        return "", ""
    return login, password


def _write(path: Path, given: Given) -> None:
    path.unlink(missing_ok=True)
    until = written(given.until)
    write_once(path, f"{given.user.login} {given.password} {until}\n".encode())
