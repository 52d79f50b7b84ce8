"""What the outbox's worker needs: gateways that send, and where they put what comes in. Refuses nothing itself."""

from typing import Protocol

from hotline1022.notify.answers import Asked, Sent
from hotline1022.notify.types import Message, Piece, Receipt


class Gateway(Protocol):
    """A way out for messages of one channel. It never raises: whatever happens is one of the named outcomes."""

    @property
    def name(self) -> str:
        """As in the statement and in figures: folder, smpp, speedsms, esms, mail …"""
        ...

    @property
    def can_ask(self) -> bool:
        """Whether it can say of a message that it did not answer to, by our key, whether it has it."""
        ...

    @property
    def can_follow(self) -> bool:
        """Whether it can be asked, by the id that it gave, if a message arrived."""
        ...

    @property
    def price(self) -> int:
        """Of one part; đồng."""
        ...

    async def send(self, message: Message) -> Sent:
        """Send once, in bounded time."""
        ...

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        """What became of it; `ids` are those that the gateway gave. Never sends twice what the gateway has."""
        ...

    async def run(self) -> None:
        """Whatever it does by itself, until cancelled."""
        ...


class Postbox(Protocol):
    """Where a gateway puts what comes in; it is safe when the call returns. Any error: it was not kept."""

    async def receipt(self, gateway: str, receipt: Receipt) -> None:
        """A delivery receipt."""
        ...

    async def inbound(self, gateway: str, piece: Piece) -> None:
        """An SMS that somebody sent, or a part of one."""
        ...


class ContactBook(Protocol):
    """Who is a contact point now."""

    async def active(self, contact: str) -> bool:
        """False: it has ended, or there is none."""
        ...
