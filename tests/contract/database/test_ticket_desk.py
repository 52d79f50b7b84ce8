"""The desk of tickets over both databases: a change and its messages are one, a call makes one ticket, whatever happens twice."""

import asyncio
import itertools
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline1022.core.errors import HotlineError, Invalid, NotFound, Refused, Unavailable
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.outcomes import Reason, Result
from hotline1022.db.unit import Database, Work
from hotline1022.directory.types import Directory
from hotline1022.recordings.types import FiledCall, Status, VoicemailRow
from hotline1022.service.tickets.clock import TicketClock
from hotline1022.service.tickets.desk import TRIES, TicketDesk
from hotline1022.service.tickets.messages import tickets_of_messages
from hotline1022.service.tickets.names import DirectoryNames
from hotline1022.service.tickets.view import TicketsView
from hotline1022.tickets.attachments import LARGEST, MOST, Shelf
from hotline1022.tickets.code import is_code
from hotline1022.tickets.ports import Act, Outcome, Reporter, Reservations, Settled
from hotline1022.tickets.spoken import WINDOW, WRONG
from hotline1022.tickets.types import (
    Action,
    Changed,
    Channel,
    Kind,
    Named,
    Purpose,
    Reminder,
    Requester,
    State,
    Ticket,
    TicketFilter,
    Urgency,
)
from hotline1022.web.errors import TooMany
from hotline1022.web.tickets_wire import StatusView
from tests.contract.database.made import of_calls, over
from tests.unit.directory_memory import shipped as shipped_directory
from tests.unit.tickets_made import NOW, OFFICER, POLICY, a_draft, at

CALL = "hl1-1795470208.58"
TAKEN = Outcome(how=Settled.TAKEN, owner=OFFICER)
NOBODY = Outcome(how=Settled.NOBODY)
DROPPED = Outcome(how=Settled.DROPPED)


class Office:
    """A desk with what it told others, and a way to break the telling."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.told: list[Changed] = []
        self.reminded: list[tuple[str, Reminder]] = []
        self.noticed = asyncio.Event()
        self.fails: Exception | None = None
        self.spoilt = ""
        self.shelf = Shelf(folder / "attachments")
        self.desk = TicketDesk(
            database, POLICY, DirectoryNames(shipped), self.shelf, also=self._also, remind=self._remind
        )
        self.view = TicketsView(database, self.desk)

    async def _also(self, tx: Work, changed: Changed) -> None:
        found = await tx.tickets.get(changed.after.id)
        assert found == changed.after, "it is told inside the transaction that wrote it"
        if self.fails:
            raise self.fails
        self.told.append(changed)

    async def _remind(self, tx: Work, ticket: Ticket, reminder: Reminder) -> None:
        if self.fails or ticket.id == self.spoilt:
            raise self.fails or Unavailable("no message can be made of this ticket")
        self.reminded.append((ticket.id, reminder))
        self.noticed.set()

    async def ticket(self, **more: object) -> Ticket:
        return await self.desk.create(a_draft(**more), by="lan", at=NOW)

    async def all(self) -> list[Ticket]:
        return list(await self.view.list(TicketFilter(limit=1000)))


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


async def nothing_due(at: datetime) -> None:
    """No merger takes effect."""


async def shipped() -> Directory:
    """The agencies that are there at a first start."""
    return shipped_directory()


async def test_a_request_gets_a_code_and_the_names_of_now(office: Office) -> None:
    made = await office.ticket(agency="", agency_name="", category_name="")
    assert is_code(made.code)
    assert (made.agency, made.agency_name, made.category_name) == ("so-xay-dung", "Sở Xây dựng", "Xây dựng")
    assert [change.after for change in office.told] == [made] == await office.all()
    for field, error_id in (("category", "category-unknown"), ("agency", "agency-unknown")):
        with pytest.raises(Invalid) as caught:
            await office.ticket(**{field: "nobody"})
        assert caught.value.error_id == error_id
    assert len(await office.all()) == 1


async def test_a_message_that_cannot_be_written_undoes_the_change(office: Office) -> None:
    made = await office.ticket()
    office.fails = Unavailable("the outbox is away")
    for action in (Act(action=Action.FORWARD), Act(action=Action.EDIT, fields={"name": "An"})):
        with pytest.raises(Unavailable):
            await office.desk.act(made.id, action, by="lan", at=NOW)
    with pytest.raises(Unavailable):
        await office.ticket()
    with pytest.raises(Unavailable):
        await office.desk.reserve("hl1-9.9", "so-xay-dung", "construction", NOW)
    office.fails = None
    assert await office.all() == [made]
    assert len(await office.view.history(made.id)) == 1


async def test_acting_through_its_code(office: Office) -> None:
    made = await office.ticket()
    wanted = Act(action=Action.FORWARD, version=1, agency=Named(id="cong-an-tinh"), owner=Named(id="c-7"))
    after = await office.desk.act(made.code, wanted, by="lan", at=NOW)
    assert (after.agency_name, after.owner_name, after.state) == ("Công an tỉnh", "c-7", State.FORWARDED)
    with pytest.raises(Refused) as caught:
        await office.desk.act(made.code, wanted, by="minh", at=NOW)
    assert caught.value.error_id == "ticket-changed"
    with pytest.raises(Refused) as caught:
        await office.desk.act(made.code, Act(action=Action.TAKE, owner=OFFICER), by="minh", at=NOW)
    assert caught.value.error_id == "ticket-state"
    with pytest.raises(Invalid) as unknown:
        await office.desk.act(made.code, Act(action=Action.FORWARD, agency=Named(id="nobody")), by="lan", at=NOW)
    assert unknown.value.error_id == "agency-unknown"
    with pytest.raises(Invalid) as unknown:
        await office.desk.act(made.code, Act(action=Action.EDIT, fields={"category": "nobody"}), by="lan", at=NOW)
    assert unknown.value.error_id == "category-unknown"
    edit = Act(action=Action.EDIT, fields={"category": "traffic", "area": "thu-dau-mot"})
    edited = await office.desk.act(made.code, edit, by="lan", at=NOW)
    assert (edited.category_name, edited.area_name) == ("Giao thông", "Thành phố Thủ Dầu Một")
    emptied = await office.desk.act(made.code, replace(edit, fields={"category": "", "area": ""}), by="lan", at=NOW)
    assert (emptied.category_name, emptied.area_name) == ("", "")
    assert [row.by for row in await office.view.history(made.id)] == ["lan"] * 4


async def test_many_at_once_and_each_sees_what_became_of_it(office: Office) -> None:
    made = await office.ticket()

    async def edit(number: int) -> str:
        try:
            wanted = Act(action=Action.EDIT, version=1, fields={"address": f"{number} Lê Lợi"})
            return (await office.desk.act(made.id, wanted, by=str(number), at=NOW)).address
        except HotlineError as error:
            return error.error_id

    told = await asyncio.gather(*(edit(number) for number in range(8)))
    written = [one for one in told if one != "ticket-changed"]
    assert [one.address for one in await office.all()] == written
    assert len(office.told) == 2


async def test_a_reservation_is_one_whoever_asks(office: Office) -> None:
    door: Reservations = office.desk
    reserved = await asyncio.gather(*(door.reserve(CALL, "so-xay-dung", "construction", NOW) for _ in range(5)))
    assert len({one.id for one in reserved}) == 1
    one = reserved[0]
    assert (one.state, one.calls, one.agency_name, is_code(one.code)) == (State.RESERVED, (CALL,), "Sở Xây dựng", True)
    assert await office.all() == []
    for look in (office.view.get, office.view.history):
        with pytest.raises(NotFound):
            await look(one.code)
    with pytest.raises(NotFound):
        await office.desk.act(one.id, Act(action=Action.FORWARD), by="lan", at=NOW)
    with pytest.raises(NotFound):
        await office.view.status(one.code, "x", NOW)
    other = await door.reserve("hl1-1.1", "unheard-of", "neither", NOW)
    assert (other.agency_name, other.category_name) == ("unheard-of", "neither"), "a name must not stop a cascade"


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [([TAKEN] * 2, State.ACCEPTED), ([NOBODY] * 2, State.NEW), ([DROPPED, DROPPED], State.DROPPED)],
)
async def test_a_cascade_ends_once(office: Office, outcomes: list[Outcome], state: State) -> None:
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    ended = await asyncio.gather(*(office.desk.settle(one.id, outcome, at(25, "08:03")) for outcome in outcomes))
    assert {(ticket.state, ticket.version) for ticket in ended} == {(state, 2)}
    assert len(office.told) == 2
    assert [ticket.code for ticket in await office.all()] == ([] if state is State.DROPPED else [one.code])
    with pytest.raises(NotFound):
        await office.desk.settle("b" * 16, NOBODY, NOW)


async def test_what_was_dropped_comes_back_with_its_code(office: Office) -> None:
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    await office.desk.settle(one.id, DROPPED, NOW)
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW)
    assert (again.id, again.code, again.state) == (one.id, one.code, State.RESERVED)
    assert (again.agency_name, again.category_name) == ("Công an tỉnh", "An ninh trật tự")
    ended = await office.desk.settle(one.id, TAKEN, at(25, "08:10"))
    assert (ended.owner_name, ended.answer_by) == (OFFICER.name, at(32, "17:00"))


async def test_what_the_agent_wrote_down_of_the_citizen_is_in_the_ticket(office: Office) -> None:
    known = Reporter(name=" Huỳnh Thị Mai ", email="mai@1022.example", address="12 Lê Lợi", area="thuan-an")
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW, reporter=known)
    assert (one.name, one.email, one.address) == ("Huỳnh Thị Mai", "mai@1022.example", "12 Lê Lợi")
    assert (one.area, one.area_name) == ("thuan-an", "Thị xã Thuận An")
    await office.desk.settle(one.id, DROPPED, NOW)
    more = Reporter(name="Huỳnh Thị Mai Anh", area="di-an")
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW, reporter=more)
    assert (again.name, again.area_name) == ("Huỳnh Thị Mai Anh", "Thị xã Dĩ An")
    assert (again.email, again.address) == (one.email, one.address), "what is not said again stays"
    ended = await office.desk.settle(one.id, NOBODY, NOW)
    assert (ended.state, ended.name) == (State.NEW, "Huỳnh Thị Mai Anh")


async def test_what_the_agent_chose_before_a_transfer_is_in_the_ticket(office: Office) -> None:
    known = Reporter(phone="0912 000 111", kind=Kind.QUESTION, requester=Requester.BUSINESS, urgent=True)
    one = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW, phone="+84901234567", reporter=known)
    assert (one.phone, one.kind, one.requester) == ("+84912000111", Kind.QUESTION, Requester.BUSINESS)
    assert one.urgency is Urgency.URGENT, "its deadlines are those of urgent ones"
    await office.desk.settle(one.id, DROPPED, NOW)
    more = Reporter(kind=Kind.PROPOSAL, urgent=True)
    again = await office.desk.reserve(CALL, "cong-an-tinh", "public-order", NOW, reporter=more)
    assert (again.kind, again.requester, again.urgency) == (Kind.PROPOSAL, Requester.BUSINESS, Urgency.URGENT)


async def test_a_back_fill_makes_one_ticket(office: Office) -> None:
    draft = a_draft(channel=Channel.VOICEMAIL, calls=())

    async def fill(purpose: Purpose) -> Ticket:
        return await office.desk.back_fill(CALL, purpose, draft, by="log", at=NOW)

    made = await asyncio.gather(*(fill(Purpose.VOICEMAIL) for _ in range(4)))
    assert len({one.id for one in made}) == 1
    assert made[0].calls == (CALL,)
    reserved = await office.desk.reserve(CALL, "so-xay-dung", "construction", NOW)
    opened = await fill(Purpose.CASCADE)
    assert (opened.id, opened.state) == (reserved.id, State.NEW), "the reservation is opened"
    assert await fill(Purpose.CASCADE) == opened
    assert len(await office.all()) == 2


async def test_codes_that_are_taken_are_drawn_again(database: Database, tmp_path: Path) -> None:
    drawn = itertools.count()
    names, shelf = DirectoryNames(shipped), Shelf(tmp_path)
    desk = TicketDesk(database, POLICY, names, shelf, below=lambda below: next(drawn) // 3)
    codes = [(await desk.create(a_draft(calls=()), by="lan", at=NOW)).code for _ in range(4)]
    assert len(set(codes)) == 4
    stuck = TicketDesk(database, POLICY, names, shelf, below=lambda below: 0)
    with pytest.raises(Unavailable) as caught:
        await stuck.create(a_draft(calls=()), by="lan", at=NOW)
    assert caught.value.error_id == "code-none" and next(drawn) < TRIES


async def test_reminders_are_sent_once_and_in_office_hours(office: Office) -> None:
    made = await office.ticket()
    await office.desk.act(made.id, Act(action=Action.FORWARD), by="lan", at=NOW)
    assert await office.desk.remind(at(28, "10:00")) == []
    office.fails = Unavailable("the outbox is away")
    with pytest.raises(Unavailable):
        await office.desk.remind(at(30, "08:00"))
    office.fails = None
    assert len(await office.desk.remind(at(30, "08:00"))) == 1, "what could not be sent is not noted as sent"
    assert await office.desk.remind(at(30, "08:01")) == []
    both = await asyncio.gather(*(office.desk.remind(at(31, "08:00")) for _ in range(3)))
    assert sorted(map(len, both)) == [0, 0, 1]
    assert [(name, one.kind, one.to) for name, one in office.reminded] == [
        (made.id, "expired", "leader"),
        (made.id, "before-answer", "officer"),
    ]


async def test_a_reminder_that_fails_stops_no_other(office: Office) -> None:
    for number in range(3):
        made = await office.ticket(calls=())
        await office.desk.act(made.id, Act(action=Action.FORWARD), by="lan", at=NOW)
        office.spoilt = made.id if number == 1 else office.spoilt
    for _ in range(2):
        with pytest.raises(Unavailable):
            await office.desk.remind(at(30, "08:00"))
    assert len(office.reminded) == 2 and office.spoilt not in {name for name, _ in office.reminded}


async def test_the_clock_goes_on_when_the_database_was_away(office: Office) -> None:
    await office.desk.act((await office.ticket()).id, Act(action=Action.FORWARD), by="lan", at=NOW)
    office.fails = Unavailable("away")
    looks = itertools.count()

    def now() -> datetime:
        if next(looks) == 2:
            office.fails = None
        return at(30, "08:00")

    clock = TicketClock(office.database, office.desk, due=nothing_due, every=0.01, clock=now)
    running = asyncio.create_task(clock.run())
    async with asyncio.timeout(10):
        await office.noticed.wait()
    running.cancel()
    await asyncio.wait([running])
    assert len(office.reminded) == 1 and next(looks) > 2


async def test_files_come_and_go_unchanged(office: Office) -> None:
    made = await office.ticket()
    data = bytes(range(256)) * 40
    view = await office.view.attach(made.code, name="ảnh.png", media_type="image/png", data=data, by="lan", at=NOW)
    detail = await office.view.get(made.id)
    assert detail.attachments == (view,) and detail.ticket.version == 2
    assert [(row.action, row.why) for row in await office.view.history(made.id)][1:] == [(Action.ATTACH, "ảnh.png")]
    found = await office.view.attachment(made.id, view.id)
    assert found is not None and found.path.read_bytes() == data
    other = await office.ticket(calls=())
    assert await office.view.attachment(other.id, view.id) is None
    found.path.write_bytes(data[:-1] + b"x")
    with pytest.raises(Unavailable) as caught:
        await office.view.attachment(made.id, view.id)
    assert caught.value.error_id == "attachment-damaged"
    for media, content, error_id in (
        ("text/html", b"<p>", "attachment-kind"),
        ("image/png", b"", "attachment-empty"),
        ("image/png", bytes(LARGEST + 1), "attachment-large"),
    ):
        with pytest.raises(Invalid) as invalid:
            await office.view.attach(made.id, name="x", media_type=media, data=content, by="lan", at=NOW)
        assert invalid.value.error_id == error_id
    for number in range(MOST - 1):
        await office.view.attach(made.id, name=str(number), media_type="text/plain", data=b"x", by="lan", at=NOW)
    with pytest.raises(Refused) as full:
        await office.view.attach(made.id, name="one more", media_type="text/plain", data=b"x", by="lan", at=NOW)
    assert full.value.error_id == "attachments-full"


async def test_status_by_code_and_who_guesses(office: Office) -> None:
    made = await office.ticket()
    told = await office.view.status(made.code, "portal~a", NOW)
    assert (told.state, told.agency, told.words) == (
        State.NEW,
        "Sở Xây dựng",
        "Phiếu của quý vị đã được tiếp nhận.",
    )
    for number in range(WRONG):
        with pytest.raises(NotFound):
            await office.view.status(f"{10000000 + number}", "portal~a", NOW)
    with pytest.raises(TooMany) as caught:
        await office.view.status(made.code, "portal~a", NOW)
    assert caught.value.seconds == WINDOW.total_seconds()
    assert (await office.view.status(made.code, "portal~b", NOW)).code == made.code
    assert (await office.view.status(made.code, "portal~a", NOW + WINDOW + timedelta(seconds=1))).code == made.code


async def test_who_guesses_many_codes_at_once_gets_no_more_answers_than_one_by_one(office: Office) -> None:
    made = await office.ticket()
    codes = (f"{number}" for number in range(20000000, 30000000))
    guesses = list(itertools.islice((one for one in codes if is_code(one) and one != made.code), 40))
    asked = (office.view.status(code, "portal~a", NOW) for code in (*guesses, made.code, *guesses))
    said = Counter(type(one) for one in await asyncio.gather(*asked, return_exceptions=True))
    assert said[NotFound] == WRONG and said[TooMany] + said[StatusView] == 81 - WRONG


async def test_the_phone_is_found_in_any_way_of_writing(office: Office) -> None:
    made = await office.ticket(phone="(0274) 3822-222")
    for text in ("02743822222", "+84 274 3822222", "0274.3822.222"):
        assert await office.view.list(TicketFilter(phone=text)) == [made]
    assert await office.view.list(TicketFilter(phone="02743822223")) == []


def left(call: str, minute: int, **more: object) -> FiledCall:
    message = VoicemailRow(
        id=f"{call}~m",
        call=CallId(ChannelId(call)),
        path=f"2026/11/25/{call}/m.wav",
        sha256="0" * 64,
        duration_ms=9000,
        left_at=NOW + timedelta(minutes=minute),
        reason="key",
        status=Status.STORED,
    )
    return FiledCall(call=message.call, tracks=(), voicemails=(replace(message, **more),))  # type: ignore[arg-type]


async def test_a_message_becomes_a_ticket_once(office: Office) -> None:
    calls = [
        over("hl1-1.1", 0, Result.VOICEMAIL, Reason.MESSAGE_LEFT, category="traffic"),
        over("hl1-2.2", 0, Result.VOICEMAIL, Reason.NO_MESSAGE),
        over("hl1-3.3", 0, Result.VOICEMAIL, Reason.MESSAGE_LEFT, category="gone"),
    ]
    await office.database.save(of_calls(*calls))
    async with office.database.transaction() as tx:
        filed = [left("hl1-1.1", 1), left("hl1-2.2", 2), left("hl1-3.3", 3), left("hl1-4.4", 4), left("hl1-5.5", 5)]
        silent = left("hl1-6.6", 6, duration_ms=0)
        old = left("hl1-7.7", -60 * 24 * 40)
        await tx.recordings.save([*filed, silent, old], NOW)
        await tx.recordings.mark_heard("hl1-5.5~m", "lan", NOW)
    assert await tickets_of_messages(office.database, office.desk, at(25, "08:10")) == 3
    assert await tickets_of_messages(office.database, office.desk, at(25, "08:11")) == 0
    made = {ticket.calls[0]: ticket for ticket in await office.all()}
    assert made.keys() == {"hl1-1.1", "hl1-3.3", "hl1-4.4"}
    first = made["hl1-1.1"]
    assert (first.channel, first.phone, first.agency_name) == (
        Channel.VOICEMAIL,
        "+84901234567",
        "Sở Giao thông Vận tải",
    )
    assert first.content == "Lời nhắn thoại lúc 08:01 25/11/2026. Xin nghe bản ghi âm của cuộc gọi."
    assert (made["hl1-3.3"].category_name, made["hl1-3.3"].agency) == ("gone", ""), "a menu that changed stops nothing"
    assert made["hl1-4.4"].phone == ""
    assert len(office.told) == 3
