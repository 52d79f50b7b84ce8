"""The hotline of the story: the real service, two real Asterisks, a gateway of SMS and a mail server, a week that went before, the
people who work there and an agency whose officers are called. All of them are made up.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hotline1022.accounts.types import Wanted as WantedUser
from hotline1022.core.acting import by_the_service
from hotline1022.core.clock import utc_now
from hotline1022.core.ids import PersonId
from hotline1022.db.migrate import migrate
from hotline1022.db.unit import Database
from hotline1022.directory.edit import put
from hotline1022.directory.load import read
from hotline1022.notify.sms import decode_gsm7
from hotline1022.queue.types import Person
from hotline1022.service.accounts.user_admin import UserAdmin
from hotline1022.service.directory.desk import change, fill, numbers_of
from hotline1022.service.lines.pins import hash_pin
from hotline1022.service.settings.tree import Settings
from hotline1022.tickets.policy import load_policy
from tests.asterisk.product import Product, running
from tests.asterisk.world import World, eventually
from tests.lab.seed.main import make
from tests.lab.seed.portions import Wanted
from tests.lab.smsc import Smsc, smsc
from tests.lab.smtp import MailServer, mail_server

CITIZEN, CITIZEN_NAME = "0901000012", "Huỳnh Thị Mai"
#: of the menu: traffic
KEY = "4"
AGENCY, AGENCY_NAME = "so-giao-thong-van-tai", "Sở Giao thông Vận tải"
SPECIALIST, LEADER = "Phạm Thị Cúc", "Võ Tiến Dũng"
#: the four telephones in the order in which they ring; nobody has such numbers
OFFICE, MOBILE, LEADER_OFFICE, LEADER_MOBILE = PHONES = "02740000981", "0900000981", "02740000982", "0900000982"
MAILS = ("cuc@1022.example", "dung@1022.example")
#: seconds in which the service starts, beside a browser on a busy machine
START = 90.0
#: what stands in front of a link; in a house a proxy with https is there
LINKS = "https://1022.example.vn"
#: login → name, role, id at the telephone
STAFF = {
    "lan": ("Nguyễn Thị Lan", "agent", "1001"),
    "hanh": ("Đỗ Thị Hạnh", "supervisor", ""),
    "phuc": ("Hoàng Văn Phúc", "auditor", ""),
}
#: who sits at which line: id, name, PIN
AT_LINES = {"101": ("1001", "Nguyễn Thị Lan", "2468"), "102": ("1002", "Trần Văn Minh", "1357")}


def _directory(rings: Sequence[int]) -> str:
    steps = ("specialist.office", "specialist.mobile", "leader.office", "leader.mobile")
    hunt = ", ".join(f'"{step} {seconds}"' for step, seconds in zip(steps, rings, strict=True))
    people = ((SPECIALIST, "specialist", "cv"), (LEADER, "leader", "ld"))
    contacts = [
        f"""
[[contacts]]
id = "{AGENCY}-{short}"
agency = "{AGENCY}"
role = "{role}"
name = "{name}"
office = "{PHONES[2 * nth]}"
mobile = "{PHONES[2 * nth + 1]}"
email = "{MAILS[nth]}"
letter = "{981 + nth}/MẪU"
letter_date = 2026-01-05
"""
        for nth, (name, role, short) in enumerate(people)
    ]
    return f"""
[[agencies]]
id = "{AGENCY}"
name = "{AGENCY_NAME}"
short = "Sở GTVT"
kind = "department"
parent = "ubnd-tinh"
code = 708
hours = "always"
hunt = [{hunt}]
{"".join(contacts)}"""


#: tickets of the week before come to their dates while the story is played; the story's own has days left
_REMINDS = ("den han tra loi", "qua han tra loi", "đến hạn trả lời", "quá hạn trả lời")


@dataclass(slots=True)
class House:
    """The hotline, and what left it by SMS and email as those saw it who took it."""

    world: World
    carrier: Smsc
    mail: MailServer
    #: login → the password that was given
    given: dict[str, str]

    @property
    def address(self) -> str:
        """Where the desk is, without a slash at the end."""
        return f"http://127.0.0.1:{self.world.product.settings.service.http_port}"

    def sms(self, number: str) -> list[str]:
        """The SMS that were handed over whole for this number, oldest first, their parts joined."""
        found: list[str] = []
        begun = ""
        for one in self.carrier.submits:
            if one.destination_addr.lstrip("+") != f"84{number[1:]}":
                continue
            coded, count, part = bytes(one.short_message), 1, 1
            if one.esm_class & 0x40:  # 05 00 03, reference, how many, which
                count, part, coded = coded[4], coded[5], coded[6:]
            assert one.data_coding == 0, "no text here needs more than GSM 7"
            begun = ("" if part == 1 else begun) + decode_gsm7(coded)
            if part == count:  # the others may be on their way still
                found.append(begun)
        return [one for one in found if not any(words in one for words in _REMINDS)]

    def mails(self, address: str) -> list[str]:
        """The texts of the emails to this address, oldest first."""
        bodies = [one.get_body(("plain",)) for one in self.mail.mails if address in str(one["To"])]
        texts = [str(body.get_content()) for body in bodies if body is not None]
        return [one for one in texts if not any(words in one for words in _REMINDS)]

    async def sms_to(self, number: str, count: int) -> str:
        """Wait until so many have come for this number; the last one."""

        async def there() -> bool:
            return len(self.sms(number)) >= count

        await eventually(there, f"{count} SMS to {number}, which has {self.sms(number)}", 40)
        assert len(self.sms(number)) == count, self.sms(number)
        return self.sms(number)[-1]

    def link(self, text: str) -> str:
        """The link in a message, led here as the proxy would."""
        found = re.search(rf"{re.escape(LINKS)}(/l/\S+)", text)
        assert found is not None, text
        return self.address + found[1]


@asynccontextmanager
async def story_house(folder: Path, rings: Sequence[int], *, past: bool) -> AsyncIterator[House]:
    """Running, its phones registered; nobody is logged in. `rings`: seconds for each telephone of the agency; `past`: with a week
    of calls and tickets before.
    """
    async with smsc() as carrier, mail_server() as mail:
        await asyncio.to_thread(folder.mkdir, parents=True)
        tables = f"""
[notify]
sms_gateway = "smpp"
sms_account = "hotline"
sms_secret = "secret"
sms_port = {carrier.port}
sms_tls = false
sms_per_minute = 0
sms_per_number = 0
mail_host = "127.0.0.1"
mail_port = {mail.port}
mail_tls = "none"
mail_from = "1022@1022.example"
mail_per_minute = 0
quiet_from = "00:00"
quiet_until = "00:00"
link_address = "{LINKS}/l/"
"""
        product = await asyncio.to_thread(Product.make, folder, tables, {"ring_seconds": 20})
        await _before(product.settings, rings, past=past)
        given = await _staff(product.settings)
        async with running(product, service=False), product.network(folder / "net") as net:
            await product.start_service(limit=START)
            await net.registered()
            yield House(World(product, net), carrier, mail, given)


async def _before(settings: Settings, rings: Sequence[int], *, past: bool) -> None:
    """The directory that comes with it, and the agency of the story; with a `past` a week of the province until now, whose sounds
    were thrown away.
    """
    until, numbers = datetime.now(UTC).replace(second=0, microsecond=0), numbers_of(settings)
    if past:
        wanted = Wanted(calls=280, tickets=70, days=7, until=until)
        policy = load_policy(settings.paths.ticket_policy)
        await make(settings.database_url, wanted, numbers, policy, catalogue=False)
    else:
        await migrate(settings.database_url)
    things = read(_directory(rings), numbers, source="the story")
    async with Database(settings.database_url) as database:
        await fill(database, numbers, until)
        await change(database, lambda found: put(found, things), "story", until)


async def _staff(settings: Settings) -> dict[str, str]:
    given: dict[str, str] = {}
    async with Database(settings.database_url) as database:
        for person, name, pin in AT_LINES.values():
            hashed = await hash_pin(pin)
            async with database.transaction() as tx:
                if await tx.agents.person(PersonId(person)) is None:
                    await tx.agents.add_person(Person(id=PersonId(person), name=name, pin_hash=hashed, active=True))
                else:
                    await tx.agents.change_person(person, name=name, pin_hash=hashed, active=True)
        admin = UserAdmin(database, utc_now)
        with by_the_service():
            for login, (name, role, person) in STAFF.items():
                wanted = WantedUser(login=login, name=name, roles=frozenset({role}), person=person)
                given[login] = (await admin.add(wanted)).password
    return given
