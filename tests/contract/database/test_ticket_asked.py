"""What is asked of a ticket: its files, its status by code, and by a number however written; who guesses is slowed down."""

import asyncio
import itertools
from collections import Counter
from datetime import timedelta

import pytest

from hotline1022.core.errors import Invalid, NotFound, Refused, Unavailable
from hotline1022.tickets.attachments import LARGEST, MOST
from hotline1022.tickets.code import is_code
from hotline1022.tickets.spoken import WINDOW, WRONG
from hotline1022.tickets.types import Action, State, TicketFilter
from hotline1022.web.errors import TooMany
from hotline1022.web.tickets_wire import StatusView
from tests.contract.database.ticket_office import Office, office
from tests.unit.tickets_made import NOW

__all__ = ["office"]


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
