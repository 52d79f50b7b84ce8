"""Ends of a hunt as the journal tells them, and a house in which a hunt has its ticket."""

from hotline1022.core.ids import CallId, ChannelId
from hotline1022.tickets.types import Ticket
from tests.unit.cascade_house import CALL, TALKING, House

CITIZEN = CallId(ChannelId(CALL))
PLAN = (
    "02740000019:20:specialist:so-xay-dung-cv:office:&0900000019:25:specialist:so-xay-dung-cv:mobile:"
    "&02740000020:20:leader:so-xay-dung-ld:office:&0900000020:25:leader:so-xay-dung-ld:mobile:"
)
LEFT = "48.0 s HANGUP 16\n48.1 c HL_TRY_END try=1|status=ANSWER|taken=talk\n48.2 c HL_CASCADE_END outcome=connected\n"
NOBODY = "30.0 s HANGUP 19\n30.1 c HL_TRY_END try=1|status=NOANSWER|taken=\n30.2 c HL_CASCADE_END outcome=nobody\n"
BACK = "12.0 c HL_CASCADE_END outcome=taken-back\n"
PASSED_BACK = "48.1 c HL_TRY_END try=1|status=ANSWER|taken=talk\n48.2 c HL_CASCADE_END outcome=back\n"


async def reserved(house: House) -> Ticket:
    await house.stored(TALKING)
    await house.cascades.planned(CITIZEN, "so-xay-dung", "construction", "Vỉa hè hỏng")
    return await house.ticket()
