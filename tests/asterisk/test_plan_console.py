"""Plans for the time without the service on a real Asterisk: its console takes them, the dialplan reads them whole and judges hours."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from hotline1022.core.clock import PROVINCE
from hotline1022.service.asterisk.engine import AsteriskInstance
from hotline1022.service.asterisk.engine_find import find_engine
from tests.unit.test_plan_keeper import keeper, much_urgent

pytestmark = pytest.mark.asterisk
MODULES = ("pbx_config", "func_db", "res_clioriginate", "app_stack", "func_strings", "func_cut", "func_logic")


class Console:
    """The console of this Asterisk."""

    def __init__(self, pbx: AsteriskInstance) -> None:
        self._pbx = pbx

    async def say(self, command: str) -> str:
        return await self._pbx.cli(command)


def dialplan() -> str:
    return (files("hotline1022.asterisk_conf") / "hl1022" / "cascade.conf").read_text(encoding="utf-8")


def reading() -> str:
    """The dialplan's own lines, from the plan to what follows it."""
    lines = dialplan().partition(" same => n(static),")[2].partition(" same => n,Set(HL_ANSWER")[0]
    assert "${DB(hl1022/plan-" in lines and "Set(HL_URGENT=" in lines
    return lines


def judging() -> str:
    """The dialplan's own context that judges hours."""
    lines = dialplan().partition("[hl1022-hours]")[2].partition("\n;")[0]
    assert "Return(open)" in lines
    return f"[hl1022-hours]{lines}\n"


@asynccontextmanager
async def asterisk(folder: Path, extensions: str) -> AsyncIterator[AsteriskInstance]:
    """One with this dialplan."""
    loads = "".join(f"load = {name}.so\n" for name in MODULES)
    conf = {"modules.conf": f"[modules]\nautoload = no\n{loads}", "extensions.conf": extensions}
    pbx = AsteriskInstance(folder, conf, find_engine(), die_with_parent=True)
    await pbx.start()
    try:
        yield pbx
    finally:
        await pbx.stop()


async def said(pbx: AsteriskInstance, number: str) -> str:
    """What the dialplan left under `read/NUMBER` after this number was called."""
    await pbx.cli(f"database del read {number}")
    await pbx.cli(f"channel originate Local/{number}@read application NoOp")
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if (read := await pbx.cli(f"database get read {number}")).startswith("Value"):
                break
            await asyncio.sleep(0.1)
    return read.removeprefix("Value:").strip()


async def test_long_plans_and_hundreds_of_urgent_categories_are_kept_and_read(tmp_path: Path) -> None:
    extensions = f"""[read]
exten => _7XX!,1,Set(HL_WANTED=${{EXTEN:0:3}})
 same => n,Set(HL_CATEGORY=${{EXTEN:3}})
 same => n,{reading()} same => n(unknown),Set(DB(read/${{EXTEN}})=urgent:${{HL_URGENT}}:plan:${{HL_PLAN}})
 same => n,Hangup()
"""
    async with asterisk(tmp_path, extensions) as pbx:
        console = keeper(Console(pbx))
        wanted = much_urgent()
        assert await console.write(wanted) == len(wanted)
        assert await console.write(wanted) == 0, "all of it is there"
        for code, category, urgent in (
            ("709", "field-0", "1"),
            ("701", "field-399", "1"),
            ("709", "construction", "0"),
            ("709", "field-", "0"),
            ("709", "", "0"),
            ("799", "field-0", ""),
        ):
            whole = wanted.get(f"plan-{code}", "") + wanted.get(f"plan-{code}-2", "")
            assert await said(pbx, f"{code}{category}") == f"urgent:{urgent}:plan:{whole}"


async def test_what_has_hours_is_shut_on_a_day_off_also_without_the_service(tmp_path: Path) -> None:
    extensions = f"""{judging()}[read]
exten => 1,1,Gosub(hl1022-hours,s,1(0000-2359.mon-sun))
 same => n,Set(DB(read/1)=${{GOSUB_RETVAL}})
 same => n,Hangup()
"""
    today = datetime.now(PROVINCE).date()
    tomorrow, later, next_year = (today + timedelta(days=days) for days in (1, 2, 365))
    async with asterisk(tmp_path, extensions) as pbx:
        console = keeper(Console(pbx))
        for off, judged in (("", "open"), (f"{later:%Y%m%d}&{next_year:%Y%m%d}", "open")):
            await console.write({"off": off})
            assert await said(pbx, "1") == judged
        # over midnight the one or the other is today
        await console.write({"off": f"{next_year:%Y%m%d}&{today:%Y%m%d}&{tomorrow:%Y%m%d}"})
        assert await said(pbx, "1") == "shut"
