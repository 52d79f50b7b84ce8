"""A number whose digits are hidden is nobody's: no ticket is made of it, and none is changed to it."""

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.tickets.acts import act, reserved
from hotline1022.tickets.citizen import masked, whole_phone
from hotline1022.tickets.ports import Act, Reporter
from hotline1022.tickets.types import Action, Named
from tests.unit.tickets_made import AGENCY, CODE, NOW, POLICY, made

HIDDEN = ["090****567", "+8490****567", "****", "090 •••• 567", "090●●●●567", "０９０＊＊＊＊567"]


@pytest.mark.parametrize("phone", HIDDEN)
def test_no_ticket_has_a_masked_number(phone: str) -> None:
    with pytest.raises(Invalid) as refused:
        made(phone=phone)
    assert (refused.value.error_id, refused.value.field) == ("phone-masked", "phone")
    assert phone not in str(refused.value)
    ticket = made().after
    for action in (Action.EDIT,):
        with pytest.raises(Invalid) as refused:
            act(ticket, Act(action=action, fields={"phone": phone}), by="lan", at=NOW, policy=POLICY)
        assert refused.value.error_id == "phone-masked"


@pytest.mark.parametrize("phone", ["", "0901 234 567", "(0274) 3.822.333", "0274·3822·123", "115", "anonymous"])
def test_other_numbers_are_as_they_were(phone: str) -> None:
    assert not masked(phone) and made(phone=phone).after.phone == whole_phone(phone)


def test_a_transfer_is_not_held_up_by_it() -> None:
    """The number that calls is known."""
    more = {"category": Named(id="construction", name="Xây dựng"), "id": "a" * 16, "code": CODE, "by": "lan", "at": NOW}
    changed = reserved(
        "hl1-1795470208.58",
        agency=AGENCY,
        phone="0901234567",
        reporter=Reporter(phone="090****567", name="An"),
        **more,  # type: ignore[arg-type]
    )
    assert (changed.after.phone, changed.after.name) == ("+84901234567", "An")
