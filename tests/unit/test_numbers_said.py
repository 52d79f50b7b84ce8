"""Numbers stand on pages as an office here writes them, whole or masked, and nothing else is touched."""

import pytest

from hotline1022.core.live import Event, Topic
from hotline1022.core.masking import mask
from hotline1022.web.live_wire import frame
from hotline1022.web.numbers_said import said_number

SAID = {
    "+84901234567": "0901 234 567",
    "0901234567": "0901 234 567",
    "+842743822123": "0274 3822 123",
    "02743822123": "0274 3822 123",
    "+842838222333": "028 3822 2333",
    "+81312345678": "+81 3-1234-5678",
    "1022": "1022",
    "115": "115",
    "101": "101",
    "": "",
    "anonymous": "anonymous",
    "0901 234 567": "0901 234 567",
    "0900000000000": "0900000000000",
    "l****@example.vn": "l****@example.vn",
}


@pytest.mark.parametrize(("number", "wanted"), SAID.items())
def test_a_number_is_written_as_here(number: str, wanted: str) -> None:
    assert said_number(number) == wanted
    assert said_number(wanted) == wanted, "twice is once"


def test_a_masked_one_is_the_same_however_it_was_kept() -> None:
    for kept in ("+84901234567", "0901234567"):
        assert said_number(mask(kept)) == "090****567"
    assert said_number(mask("+842743822123")) == "027****123"
    assert said_number(mask("+81312345678")) == mask("+81312345678")
    assert said_number("****123") == "****123"


def test_an_event_brings_the_number_as_it_is_shown_and_masked_where_it_is_masked() -> None:
    told = frame("1", Event(topic=Topic.CALL, what="ringing", facts={"number": "+84901234567", "call": "c"}))
    assert '"said":"0901 234 567"' in told.full.decode() and '"number":"+84901234567"' in told.full.decode()
    assert '"said":"090****567"' in told.masked.decode() and "901234567" not in told.masked.decode()
    assert "0901 234" not in told.masked.decode()
    for facts in ({"number": ""}, {"call": "c"}):
        assert "said" not in frame("1", Event(topic=Topic.CALL, what="ringing", facts=facts)).full.decode()
