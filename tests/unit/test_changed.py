"""`changed` does what `dataclasses.replace` does, for the classes that use it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from hotline1022.core.call import Call
from hotline1022.core.changed import changed
from hotline1022.core.events import LegKind
from hotline1022.core.ids import CallId, ChannelId
from hotline1022.core.legs import Leg

AT = datetime(2026, 11, 29, tzinfo=UTC)
CHANNEL = ChannelId("1.1")
LEG = Leg(channel=CHANNEL, kind=LegKind.CITIZEN, party="0901", started_at=AT)
CALL = Call(id=CallId(CHANNEL), entered_at=AT, keys=("1",), legs={CHANNEL: LEG})


def test_it_gives_another_value_and_leaves_the_first() -> None:
    later = changed(CALL, answered_at=AT + timedelta(seconds=1), caller="0901")
    assert later == replace(CALL, answered_at=AT + timedelta(seconds=1), caller="0901") != CALL
    assert (CALL.answered_at, CALL.caller) == (None, "") and hash(changed(LEG)) == hash(LEG)


@pytest.mark.parametrize("value", [CALL, LEG], ids=lambda value: type(value).__name__)
def test_every_field_can_be_changed_and_the_value_stays_frozen(value: Call | Leg) -> None:
    for one in fields(value):
        given = {one.name: object()}
        assert changed(value, **given) == replace(value, **given)  # type: ignore[arg-type]
    assert not hasattr(type(value), "__post_init__")
    with pytest.raises(AttributeError):
        changed(value).party = ""  # type: ignore[misc, union-attr]
