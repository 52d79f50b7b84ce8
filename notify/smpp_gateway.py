"""SMS over an SMPP link: parts, throttling, receipts. Refuses to send a message again of which a part has left."""

import asyncio
import logging

from hotline1022.core.errors import Invalid
from hotline1022.notify import smpp_wire as w
from hotline1022.notify.answers import Accepted, Asked, NoAnswer, NotTaken, RefusedForGood, Sent, StillOpen
from hotline1022.notify.ports import Postbox
from hotline1022.notify.smpp_incoming import piece_of, receipt_of
from hotline1022.notify.smpp_link import LinkAway, LinkSilent, SmppLink, SmppServer
from hotline1022.notify.sms import encode, split
from hotline1022.notify.types import Encoding, Message

log = logging.getLogger(__name__)
#: seconds of the first wait when the carrier wants us slower, doubled up to the longest
SLOW, SLOWEST = 1.0, 10.0
#: tries of a part after the first has left
PART_TRIES = 6
_THROTTLED = frozenset({w.Status.THROTTLED, w.Status.QUEUE_FULL})
_LATER = frozenset({w.Status.SYSTEM, w.Status.SUBMIT_FAILED})
_OURS = frozenset({w.Status.BAD_STATE, w.Status.BAD_SOURCE})


class SmppGateway:
    """notify.ports.Gateway over one bind."""

    name = "smpp"
    #: the carrier's query needs an id, which a request without an answer has not
    can_ask = False
    can_follow = False

    def __init__(self, server: SmppServer, postbox: Postbox, *, sender: str, price: int = 0) -> None:
        self.link = SmppLink(server, self._deliver)
        self._postbox, self._sender = postbox, sender
        self.price = price
        self._reference = 0
        self._slow = SLOW

    async def run(self) -> None:
        """The bind."""
        await self.link.run()

    async def send(self, message: Message) -> Sent:
        """All parts, one after the other."""
        parts = split(message.text, message.encoding)
        self._reference = self._reference % 255 + 1
        reference = self._reference
        ids: list[str] = []
        for number, part in enumerate(parts, start=1):
            place = (reference, len(parts), number) if len(parts) > 1 else None
            outcome = await self._part(message, part, place, begun=number > 1)
            if not isinstance(outcome, str):
                return outcome
            ids.append(outcome)
        return Accepted(ids=tuple(ids))

    async def _part(
        self, message: Message, part: str, place: tuple[int, int, int] | None, *, begun: bool
    ) -> str | Sent:
        """The id of a part, or how the message ends. `begun`: a part has left, so the message cannot begin anew."""
        ucs2 = message.encoding is Encoding.UCS2
        outcome: Sent = NotTaken(error_id="smpp-away", reason="not tried", away=True)
        try:
            body = w.submit_body(
                sender=self._sender,
                recipient=message.recipient.lstrip("+"),
                coded=encode(part, message.encoding),
                ucs2=ucs2,
                part=place,
            )
        except Invalid as error:
            return RefusedForGood(error_id=error.error_id, reason=str(error))
        for _ in range(PART_TRIES if begun else 1):
            try:
                answer = await self.link.submit(body)
            except LinkAway as error:
                outcome = NotTaken(error_id="smpp-away", reason=str(error), away=True)
            except LinkSilent as error:
                return NoAnswer(reason=str(error))
            else:
                if answer.command == w.Command.SUBMIT | w.RESPONSE and answer.status == w.Status.OK:
                    self._slow = SLOW
                    return w.message_id(answer.body)
                outcome = self._refused(answer.status)
            if isinstance(outcome, RefusedForGood):
                return outcome
            if begun:
                await asyncio.sleep(outcome.seconds or self._slow if isinstance(outcome, NotTaken) else self._slow)
        if begun and isinstance(outcome, NotTaken):
            return NoAnswer(reason=f"only some of {place[1] if place else 1} parts left: {outcome.reason}")
        return outcome

    def _refused(self, status: int) -> NotTaken | RefusedForGood:
        error_id, reason = f"smpp-{status:02x}", f"the carrier answers 0x{status:02x}"
        if status in _THROTTLED:
            wait, self._slow = self._slow, min(SLOWEST, self._slow * 2)
            return NotTaken(error_id="smpp-throttled", reason=reason, seconds=wait)
        if status in _LATER:
            return NotTaken(error_id=error_id, reason=reason)
        if status in _OURS:
            return NotTaken(error_id=error_id, reason=f"{reason}; correct notify.sms_sender", away=True)
        return RefusedForGood(error_id=error_id, reason=reason)

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        """Receipts come by themselves."""
        return StillOpen()

    async def _deliver(self, deliver: w.Deliver) -> None:
        if not deliver.is_receipt:
            await self._postbox.inbound(self.name, piece_of(deliver))
            return
        receipt = receipt_of(deliver)
        if receipt is not None:
            await self._postbox.receipt(self.name, receipt)
