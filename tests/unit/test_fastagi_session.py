"""A session of the FastAGI server against scripted replies: one test per trap of the library and of Asterisk."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hotline1022.ami_bridge.agi_session import AgiSession, Digits
from hotline1022.ami_bridge.agi_wire import AgiError, CommandRefused, CommandTimeout, Hangup, OutOfStep
from hotline1022.core.errors import Invalid
from tests.lab.scripted import scripted_call
from tests.lab.waiting import until
from tests.unit.agi_world import menu, serving


async def outcome(work: Callable[[AgiSession], Awaitable[Any]], *replies: bytes, then_close: bool = False) -> Any:
    """What `work` returned or raised in a session in which Asterisk sent these reply blocks, one per command."""
    results: list[Any] = []

    async def handler(session: AgiSession) -> None:
        try:
            results.append(await work(session))
        except (AgiError, Invalid) as error:
            results.append(error)

    async with serving(handler) as server, scripted_call(server.port) as call:
        for reply in replies:
            await call.reply(reply)
        if then_close:
            call.writer.write_eof()
        await until(lambda: bool(results), "the handler's end")
    return results[0]


async def test_hangup_out_of_step_is_no_reply_and_the_true_one_is_drained() -> None:
    async def work(session: AgiSession) -> list[Any]:
        seen: list[Any] = [await session.get_variable("A")]
        for name in ("B", "C"):
            try:
                seen.append(await session.get_variable(name))
            except Hangup:
                seen.append(Hangup)
        return [*seen, session.hung_up]

    seen = await outcome(work, b"200 result=1 (a)", b"HANGUP\n200 result=1 (b)")
    assert seen == ["a", Hangup, Hangup, True]


async def test_hangup_between_two_commands_is_seen_before_the_next_is_sent() -> None:
    async def work(session: AgiSession) -> str | None:
        await session.get_variable("A")
        await until(lambda: bool(session._lines._buffer), "the line to come")  # type: ignore[attr-defined]
        return await session.get_variable("B")

    assert isinstance(await outcome(work, b"200 result=1 (a)\nHANGUP"), Hangup)


async def test_the_end_of_the_connection_is_a_hangup() -> None:
    async def work(session: AgiSession) -> None:
        await session.set_variable("A", "1")
        await session.set_variable("B", "2")

    ended = await outcome(work, b"200 result=1", then_close=True)
    assert isinstance(ended, Hangup) and ended.error_id == "agi-hangup"


@pytest.mark.parametrize(
    "reply",
    [b"511 Command Not Permitted on a dead channel or intercept routine", b"200 result=-1", b"200 result=-1 (hangup)"],
)
async def test_a_dead_channel_ends_the_session(reply: bytes) -> None:
    async def work(session: AgiSession) -> Any:
        with pytest.raises(Hangup):
            await session.stream_file("welcome")
        with pytest.raises(Hangup):  # and nothing more is sent
            await session.stream_file("welcome")
        return session.hung_up

    assert await outcome(work, reply) is True


async def test_a_loop_that_retries_on_a_dead_channel_does_not_hold_the_others(caplog: pytest.LogCaptureFixture) -> None:
    async def stubborn(session: AgiSession) -> None:
        if session.args[0] != "root":
            return
        while True:
            try:
                await session.stream_file("again")
            except Hangup:
                continue

    async with serving(stubborn, seconds=0.3) as server, scripted_call(server.port) as call:
        server.route("other", menu)
        await call.reply(b"511 Command Not Permitted on a dead channel")
        async with scripted_call(server.port, b"other") as other:
            assert (await other.reply(b"200 result=1")).startswith(b"SET VARIABLE")
        await until(lambda: server.stats.failures == 1)


async def test_unknown_commands_and_usage_texts_do_not_shift_the_replies() -> None:
    async def work(session: AgiSession) -> list[Any]:
        seen: list[Any] = []
        for name in "ABCD":
            try:
                seen.append(await session.get_variable(name))
            except CommandRefused as error:
                seen.append(next(code for code in ("520", "510") if code in str(error)))
        return seen

    seen = await outcome(
        work,
        b"520-Invalid command syntax.  Proper usage follows:\nUsage: GET VARIABLE <name>\n520 End of proper usage.",
        b"520 Invalid command syntax.  Proper usage not available.",
        b"510 Invalid or unknown command",
        b"200 result=1 (d)",
    )
    assert seen == ["520", "520", "510", "d"]


async def test_variables_of_every_kind() -> None:
    async def work(session: AgiSession) -> list[str | None]:
        return [await session.get_variable(name) for name in "ABCDEF"]

    assert await outcome(
        work,
        b"200 result=0",
        b"200 result=1 ()",
        b"200 result=1 (hangup)",
        b"200 result=1 (two\nlines)",
        b"200 result=1 (Nguy\xe1\xbb\x85n \xff)",
        b"200 result=1 (timeout)",
    ) == [None, "", "hangup", "two\nlines", "Nguyễn \N{REPLACEMENT CHARACTER}", "timeout"]


async def test_trying_is_waited_out() -> None:
    async def work(session: AgiSession) -> str | None:
        return await session.get_variable("A")

    assert await outcome(work, b"100 result=0 Trying...\n100 Trying...\n200 result=1 (a)") == "a"


async def test_keys_and_their_timeout() -> None:
    async def work(session: AgiSession) -> list[Any]:
        return [
            await session.get_data("beep", wait=1, most=3),
            await session.get_data("beep", wait=1, most=3),
            await session.get_data("beep", wait=1, most=3),
            await session.stream_file("beep", escape="9#"),
            await session.stream_file("beep"),
            await session.wait_for_digit(1),
        ]

    assert await outcome(
        work,
        b"200 result=115",
        b"200 result=11 (timeout)",
        b"200 result= (timeout)",
        b"200 result=57 endpos=400",
        b"200 result=0 endpos=8000",
        b"200 result=0",
    ) == [
        Digits(keys="115", timeout=False),
        Digits(keys="11", timeout=True),
        Digits(keys="", timeout=True),
        "9",
        "",
        "",
    ]


async def test_an_application() -> None:
    async def work(session: AgiSession) -> Any:
        assert await session.exec("Playback", "a b", seconds=3) == "0"
        return await session.exec("NoSuchThing")

    refused = await outcome(work, b"200 result=0", b"200 result=-2")
    assert isinstance(refused, CommandRefused) and "NoSuchThing" in str(refused)


async def test_what_lies_there_unasked_ends_the_session() -> None:
    async def work(session: AgiSession) -> None:
        await session.set_variable("A", "1")
        await until(lambda: bool(session._lines._buffer), "the line to come")  # type: ignore[attr-defined]
        await session.set_variable("B", "2")

    assert isinstance(await outcome(work, b"200 result=1\n200 result=1 (whose?)"), OutOfStep)


async def test_a_reply_that_is_none_ends_the_session() -> None:
    async def work(session: AgiSession) -> None:
        await session.set_variable("A", "1")

    assert isinstance(await outcome(work, b"hello?"), OutOfStep)


async def test_endless_bytes_instead_of_a_reply_end_the_session() -> None:
    failed: list[Exception] = []

    async def handler(session: AgiSession) -> None:
        try:
            await session.set_variable("A", "1")
        except AgiError as error:
            failed.append(error)

    async with serving(handler, command=60) as server, scripted_call(server.port) as call:
        await call.command()
        call.writer.write(b"x" * 1_000_000)  # and no line end
        await until(lambda: bool(failed))
        assert await call.closed()
    assert isinstance(failed[0], OutOfStep)


async def test_a_mute_asterisk_is_given_up_and_a_late_reply_is_nobodys() -> None:
    async def work(session: AgiSession) -> list[str]:
        with pytest.raises(CommandTimeout) as caught:
            await session.command("GET VARIABLE", "A", seconds=0.02)
        with pytest.raises(OutOfStep):
            await session.get_variable("B")
        return [caught.value.error_id]

    assert await outcome(work) == ["agi-timeout"]


@pytest.mark.parametrize("evil", ['x\nEXEC System "id"', "x\r", "x\0", "\ud800"])
async def test_nothing_is_injected(evil: str) -> None:
    async def handler(session: AgiSession) -> None:
        for work in (session.set_variable("A", evil), session.stream_file(evil), session.exec("Playback", evil)):
            with pytest.raises(Invalid) as caught:
                await work
            assert caught.value.error_id == "agi-injection"
        await session.set_variable("A", "fine")

    async with serving(handler) as server, scripted_call(server.port) as call:
        assert await call.reply(b"200 result=1") == b'SET VARIABLE "A" "fine"'
        assert await call.closed()


@pytest.mark.parametrize(
    "work",
    [
        lambda session: session.set_variable('A" "B', "x"),
        lambda session: session.set_variable("SHELL(rm -rf x)", "x"),
        lambda session: session.get_variable(""),
        lambda session: session.command("SET VARIABLE\nEXEC", "x"),
        lambda session: session.exec("Sys tem", "x"),
        lambda session: session.stream_file("a", escape="x y"),
        lambda session: session.set_variable("A", "x" * 9_000),
    ],
)
async def test_what_is_no_name_is_refused(work: Callable[[AgiSession], Awaitable[Any]]) -> None:
    refused = await outcome(work)
    assert isinstance(refused, Invalid) and refused.error_id in ("agi-injection", "agi-too-long")


async def test_quotes_and_backslashes_arrive_as_they_are() -> None:
    async def handler(session: AgiSession) -> None:
        await session.set_variable("TIMEOUT(absolute)", 'a "b" \\ c')

    async with serving(handler) as server, scripted_call(server.port) as call:
        assert await call.reply(b"200 result=1") == b'SET VARIABLE "TIMEOUT(absolute)" "a \\"b\\" \\\\ c"'
