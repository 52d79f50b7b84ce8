"""The service as it is put together: when a contact point ends in the directory, its token and its user at the desk end with it, by
whichever way, and once more at the next start what nobody was there to do.
"""

from datetime import UTC, datetime
from pathlib import Path

from hotline1022.accounts.types import From, Wanted
from hotline1022.core.clock import local_day
from hotline1022.directory.edit import end
from hotline1022.directory.types import What
from hotline1022.service.app import App
from tests.contract.database.desk_world import OWN
from tests.contract.database.test_ended_elsewhere import CONTACT, OTHER, Service, ending, open_service

WHENCE = From(address="10.0.0.7")


async def come_in(app: App, login: str, contact: str) -> str:
    """A user of an agency, signed in; the cookie."""
    given = await app.users.add(
        Wanted(login=login, name=f"Người {login}", roles=frozenset({"specialist"}), contact=contact)
    )
    entered = await app.accounts.sign_in(login, given.password, WHENCE)
    return (await app.accounts.change_password(entered.signed, given.password, OWN, WHENCE)).token


async def stands(service: Service, login: str, cookie: str) -> tuple[bool, str, bool]:
    user = await service.app.users.by_login(login)
    return user.active, user.contact, await service.app.accounts.find(cookie) is not None


async def test_user_and_token_end_with_their_contact_point(address: str, tmp_path: Path) -> None:
    async with open_service(address, tmp_path) as service:
        app = service.app
        await app.users.first()
        gone, stays = await come_in(app, "cv", CONTACT), await come_in(app, "ld", OTHER)
        token = await service.token(CONTACT)
        assert await stands(service, "cv", gone) == (True, CONTACT, True)
        assert await service.status("/api/tickets", **token) == 200
        today = local_day(datetime.now(UTC))
        await app.directory.change(lambda now: end(now, What.CONTACT, CONTACT, today), "user:admin")
        assert await stands(service, "cv", gone) == (False, "", False)
        assert await service.status("/api/tickets", **token) == 401
        assert await stands(service, "ld", stays) == (True, OTHER, True)


async def test_what_ended_elsewhere_ends_at_the_next_start(address: str, tmp_path: Path) -> None:
    """A command line ends the contact point, and knows of no session."""
    async with open_service(address, tmp_path) as service:
        await service.app.users.first()
        cookie = await come_in(service.app, "cv", CONTACT)
        await service.command("directory", "import", ending(CONTACT, service.folder))
        await service.app.directory.start()
        assert await stands(service, "cv", cookie) == (False, "", False)
