"""SMS through a gateway's HTTP API, as its profile says. Refuses redirects; logs neither address, body nor secret."""

import json
from collections.abc import Callable
from datetime import datetime

import aiohttp

from hotline1022.core.clock import utc_now
from hotline1022.notify import http_profile as p
from hotline1022.notify.answers import Accepted, Asked, NoAnswer, NotTaken, RefusedForGood, Sent, StillOpen
from hotline1022.notify.types import Message

SECONDS = 30.0
CONNECT_SECONDS = 10.0
#: bytes of an answer at most
MOST = 64 * 1024


class HttpGateway:
    """notify.ports.Gateway over a profile; each request has a connection of its own."""

    def __init__(
        self,
        profile: p.Profile,
        account: p.Account,
        *,
        price: int = 0,
        seconds: float = SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._profile, self._account, self._clock = profile, account, clock
        self._timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=min(seconds, CONNECT_SECONDS))
        self.name = profile.name
        self.price = price
        self.can_ask = profile.client_key
        self.can_follow = profile.status is not None

    async def send(self, message: Message) -> Sent:
        """One request. What left and was not answered is NoAnswer."""
        if (why := p.unfit(self._profile, message)) is not None:
            return why
        try:
            status, headers, body = await self._exchange(p.send_request(self._profile, message, self._account))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return NotTaken(error_id="gateway-away", reason=f"{self.name}: {type(error).__name__}", away=True)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return NoAnswer(reason=f"{self.name}: {type(error).__name__}")
        return p.understood(self._profile, status, headers, body, self._clock())

    async def ask(self, message: Message, ids: tuple[str, ...]) -> Asked:
        """By the id that it gave; without one, by sending again under the same key, where it knows keys."""
        asks = self._profile.status
        if ids and asks is not None:
            try:
                status, _, body = await self._exchange(p.status_request(asks, ids[0], self._account))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
                return StillOpen()
            return p.found(self._profile, asks, status, body)
        if ids or not self._profile.client_key:
            return StillOpen()
        match await self.send(message):
            case Accepted() as accepted:
                return accepted
            case NotTaken(away=False) as not_taken:
                return not_taken
            case NotTaken() | NoAnswer():
                return StillOpen()
            case RefusedForGood(error_id=error_id, reason=reason):
                return NotTaken(error_id=error_id, reason=reason)

    async def _exchange(self, request: p.Request) -> tuple[int, dict[str, str], str]:
        headers = dict(request.headers)
        data: str | dict[str, str] | None = dict(request.form) if request.form is not None else None
        if request.json is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
            data = json.dumps(request.json, ensure_ascii=False)
        if request.basic is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*request.basic, encoding="utf-8")
        connector = aiohttp.TCPConnector(force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=self._timeout, trust_env=False) as session:
            answer = await session.request(
                request.method, request.url, headers=headers, data=data, allow_redirects=False
            )
            async with answer:
                body = bytearray()
                async for chunk in answer.content.iter_chunked(4096):
                    body += chunk
                    if len(body) > MOST:
                        break
                return answer.status, dict(answer.headers), body.decode("utf-8", "replace")

    async def run(self) -> None:
        """Nothing of its own."""
