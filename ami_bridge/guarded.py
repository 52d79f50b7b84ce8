"""panoramisk's action, protocol and manager with their traps closed. Refuses to resend, to reconnect, to guess.

What stays panoramisk's: action ids, futures and the table of pending actions, connecting, sending. What is ours: the
bytes in both directions (wire.py), when an action is complete, and what happens when the link is lost.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from hotline1022.ami_bridge.wire import Framer, Packet, Pair, event_name, parse, serialise
from hotline1022.core.errors import Unavailable

#: a list answer may not have more items
ITEM_LIMIT = 20_000
_SECRET = frozenset({"secret", "key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Asterisk's answer to one action; `items` of a list answer, in order."""

    action_id: str
    packet: Packet
    items: tuple[Packet, ...] = ()

    @property
    def success(self) -> bool:
        """Asterisk did, or will do, what was asked."""
        return self.packet.get("Response").lower() == "success"

    @property
    def message(self) -> str:
        """Asterisk's words."""
        return self.packet.get("Message")


class GuardedAction(Action):
    """One action: checked and written at once, so that a refused value never reaches the link."""

    def __init__(
        self, name: str, fields: Sequence[Pair] = (), *, on_reply: Callable[[Packet], None] | None = None
    ) -> None:
        super().__init__({"Action": name})  # type: ignore[no-untyped-call]
        self._fields = tuple(fields)
        self._reply: Packet | None = None
        self._items: list[Packet] = []
        self._on_reply = on_reply
        self.raw = serialise((("Action", name), ("ActionID", self.id), *self._fields))

    def __str__(self) -> str:
        return self.raw.decode()

    def __repr__(self) -> str:
        shown = [(key, "…" if key.lower() in _SECRET else value) for key, value in self._fields]
        return f"<{self['Action']} {self.id} {shown}>"

    @property
    def listing(self) -> bool:
        """A list answer has begun and is not complete."""
        return self._reply is not None

    def add_message(self, message: Packet) -> bool:
        """Take a message that bears this action's id; True when the answer is complete."""
        if self.future.done():
            return True
        if self._reply is None:
            if self._on_reply is not None:
                self._on_reply(message)
            if message.get("EventList").lower() != "start":
                self._finish(message)
                return True
            self._reply = message
            return False
        ending = message.get("EventList").lower()
        if ending == "complete":
            self._finish(self._reply)
        elif ending == "cancelled" or len(self._items) >= ITEM_LIMIT:
            self.fail(Unavailable(f"the list answer to {self['Action']} broke off", error_id="ami-list-broken"))
        else:
            self._items.append(message)
        return bool(self.future.done())

    def fail(self, error: Unavailable) -> None:
        """End the wait with an error."""
        if not self.future.done():
            self.future.set_exception(error)

    def _finish(self, reply: Packet) -> None:
        self.future.set_result(Reply(action_id=self.id, packet=reply, items=tuple(self._items)))


class GuardedProtocol(AMIProtocol):
    """One connection: own framing, events by prefix, and no way back once it is lost."""

    def __init__(self, wanted: frozenset[bytes], on_event: Callable[[Packet], None]) -> None:
        self._wanted = wanted
        self._on_event = on_event
        self._framer = Framer()
        self._reason = ""
        self.responses: dict[str, GuardedAction] = {}
        self.closed = False
        #: loop time of the last byte
        self.heard_at = 0.0
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)  # type: ignore[no-untyped-call]
        self.encoding = "utf-8"
        self._clock = asyncio.get_running_loop().time
        self.heard_at = self._clock()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._clock()
        for raw in self._framer.feed(data):
            if self.closed:
                return
            self._take(raw)
        if self._framer.broken is not None:
            self.drop(self._framer.broken)

    def _take(self, raw: bytes) -> None:
        name = event_name(raw)
        if name is not None and name not in self._wanted and not (self.responses and b"\r\nActionID: " in raw):
            return
        packet = parse(raw)
        action = self.responses.get(packet.get("ActionID"))
        is_event = name is not None or "Event" in packet
        if action is not None and (action.listing or not is_event):
            if action.add_message(packet):
                self.responses.pop(action.id, None)
        elif is_event and packet.get("Event").encode() in self._wanted:
            self._on_event(packet)

    def tell(self, raw: bytes) -> None:
        """Send something whose answer nobody waits for."""
        self.transport.write(raw)

    @property
    def unsent(self) -> int:
        """Bytes that Asterisk has not taken yet."""
        return int(self.transport.get_write_buffer_size())

    def drop(self, reason: str) -> None:
        """Cut the connection at once, for this reason."""
        if not self.closed:
            self.closed = True
            self._reason = reason
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        reason = self._reason or (str(exc) if exc is not None else "Asterisk closed the link")
        for action in list(self.responses.values()):
            action.fail(
                Unavailable(
                    f"the AMI link was lost before Asterisk answered {action['Action']} ({reason}); "
                    "it may have been carried out and is not sent again",
                    error_id="ami-link-lost",
                )
            )
        self.responses.clear()
        if not self.lost.done():
            self.lost.set_result(reason)

    def close(self) -> None:
        self.drop("closed by the service")


class GuardedManager(Manager):
    """panoramisk's manager as a maker of single connections; it never reconnects and keeps nothing to resend."""

    def __init__(self, *, host: str, port: int, make_protocol: Callable[[], GuardedProtocol]) -> None:
        self._made: list[GuardedProtocol] = []
        self._connecting: asyncio.Task[Any] | None = None
        self._abandoned = False

        def factory() -> GuardedProtocol:
            protocol = make_protocol()
            self._made.append(protocol)
            return protocol

        super().__init__(  # type: ignore[no-untyped-call]
            host=host, port=port, protocol_factory=factory, encoding="utf-8", log=logging.getLogger(__name__)
        )

    async def open(self, seconds: float) -> GuardedProtocol:
        """One connection, or Unavailable."""
        self.loop = asyncio.get_running_loop()
        self._made.clear()
        connecting = self._connecting = self.connect()  # type: ignore[no-untyped-call]
        try:
            async with asyncio.timeout(seconds):
                _, self.protocol = await connecting
        except (OSError, TimeoutError) as error:
            self._forget()
            where = f"{self.config['host']}:{self.config['port']}"
            why = "no answer" if isinstance(error, TimeoutError) else str(error)
            raise Unavailable(f"no AMI at {where} ({why}); is Asterisk running?", error_id="ami-link-down") from error
        except asyncio.CancelledError:
            self._forget()
            if self._abandoned:
                raise Unavailable("closed by the service", error_id="ami-link-down") from None
            raise
        protocol: GuardedProtocol = self.protocol
        return protocol

    def abandon(self) -> None:
        """Connect no more; an attempt under way ends at once."""
        self._abandoned = True
        if self._connecting is not None:
            self._connecting.cancel()

    def _forget(self) -> None:
        for protocol in self._made:
            if getattr(protocol, "transport", None) is not None:
                protocol.close()

    def connection_made(self, f: Any) -> None:
        """panoramisk would log in and plan a reconnect here; the link does the first, nobody the second."""

    def connection_lost(self, exc: Any) -> None:
        """panoramisk would plan a reconnect here."""
