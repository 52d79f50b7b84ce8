"""eSMS against a server that answers as its documents say: accepted, refused, slowed down, late, and what became of it."""

import asyncio

import pytest

from hotline1022.notify.answers import Accepted, Arrived, NoAnswer, NotTaken, RefusedForGood, StillOpen, Undeliverable
from hotline1022.notify.types import Encoding
from tests.unit.notify_memory import a_message
from tests.unit.test_notify_http import gateway, says


async def test_esms_as_it_answers() -> None:
    async with gateway("esms") as (server, ours):
        server.answers = [says({"CodeResult": "100", "CountRegenerate": 0, "SMSID": "d533459ee42b2b95"})]
        message = a_message(text="Mã phiếu 4711", encoding=Encoding.UCS2)
        assert await ours.send(message) == Accepted(ids=("d533459ee42b2b95",))
        path, _, body = server.seen[0]
        assert path == "/MainService.svc/json/SendMultipleMessage_V4_post_json/"
        assert body == {
            "ApiKey": "khoa",
            "SecretKey": "bi-mat",
            "Brandname": "TD1022",
            "SmsType": "2",
            "Phone": "0901234567",
            "Content": "Mã phiếu 4711",
            "IsUnicode": "1",
            "RequestId": "m1",
        }


@pytest.mark.parametrize(
    ("code", "away", "for_good"),
    [
        ("99", False, True),
        ("101", True, False),
        ("102", True, False),
        ("103", True, False),
        ("104", True, False),
        ("140", True, False),
        ("108", False, True),
        ("118", False, True),
        ("146", False, True),
        ("177", False, True),
    ],
)
async def test_esms_errors(code: str, away: bool, for_good: bool) -> None:
    async with gateway("esms") as (server, ours):
        server.answers = [says({"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": "Authorize Failed"})]
        said = await ours.send(a_message())
        if for_good:
            assert isinstance(said, RefusedForGood)
        else:
            assert isinstance(said, NotTaken) and said.away is away
        assert said.error_id == f"gateway-{code}" and "Authorize Failed" in said.reason


async def test_esms_knows_our_key_so_a_silence_can_be_asked() -> None:
    async with gateway("esms", seconds=0.3) as (server, ours):
        assert ours.can_ask
        server.answers = [2.0]
        assert isinstance(await ours.send(a_message()), NoAnswer)
        exist = {"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1", "SendStatus": "5"}
        server.answers = [says(exist)]
        assert await ours.ask(a_message(), ()) == Accepted()
        assert [body["RequestId"] for _, _, body in server.seen] == ["m1", "m1"], "the same key: never sent twice"
        server.answers = [says({"CodeResult": "100", "SMSID": "x1"}), says({"CodeResult": "103"}), 2.0]
        assert await ours.ask(a_message(), ()) == Accepted(ids=("x1",))
        for _ in range(2):
            assert await ours.ask(a_message(), ()) == StillOpen()


async def test_esms_is_asked_by_its_id() -> None:
    async with gateway("esms", seconds=0.5) as (server, ours):
        base = {"CodeResponse": "100", "SMSID": "x1", "TotalPrice": 850.0, "TotalSent": 1}
        # 1 to be approved, 2 waiting, 4 rejected, 5 sent, 7 sent to the carrier whose report is waited for
        for status, success, failed, wanted in (
            (1, 0, 0, StillOpen),
            (2, 0, 0, StillOpen),
            (4, 0, 0, Undeliverable),
            (4, 0, 1, Undeliverable),
            (5, 0, 0, StillOpen),
            (5, 1, 0, Arrived),
            (5, 0, 1, Undeliverable),
            (7, 0, 0, StillOpen),
            ("4", "0", "0", Undeliverable),
            (5, "1", "0", Arrived),
        ):
            server.answers = [says(base | {"SendStatus": status, "SendSuccess": success, "SendFailed": failed})]
            assert isinstance(await ours.ask(a_message(), ("x 1&",)), wanted), (status, success, failed)
        path, query, _ = server.seen[0]
        assert path.endswith("/GetSendStatus")
        assert query == {"RefId": "x 1&", "ApiKey": "khoa", "SecretKey": "bi-mat"}
        # wrong key, no such message, broken, silent: nobody knows more than before
        server.answers = [
            says({"CodeResponse": "101", "SendStatus": 4}),
            says({"CodeResponse": "105"}),
            says({}, 500),
            3.0,
        ]
        for _ in range(4):
            assert await ours.ask(a_message(), ("x1",)) == StillOpen()


@pytest.mark.parametrize(("header", "seconds"), [("17", 17.0), ("", None), ("soon", None)])
async def test_esms_wants_us_slower(header: str, seconds: float | None) -> None:
    """Its documents name no limit: it is HTTP's own."""
    async with gateway("esms") as (server, ours):
        server.answers = [says({}, 429, **{"Retry-After": header} if header else {})]
        said = await ours.send(a_message())
        assert isinstance(said, NotTaken)
        assert (said.error_id, said.away, said.seconds) == ("gateway-throttled", False, seconds)


async def test_esms_answers_late_and_still_in_time() -> None:
    async with gateway("esms", seconds=5.0) as (server, ours):
        server.answers = [(0.7, says({"CodeResult": "100", "CountRegenerate": 0, "SMSID": "x1"}))]
        begun = asyncio.get_running_loop().time()
        assert await ours.send(a_message()) == Accepted(ids=("x1",))
        assert asyncio.get_running_loop().time() - begun > 0.6 and len(server.seen) == 1
