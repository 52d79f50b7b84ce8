"""Plans for the time without the service on a real Asterisk: its console takes them, and the dialplan reads them whole."""

import asyncio
import itertools
from importlib.resources import files
from pathlib import Path

import pytest

from hotline1022.service.engine import AsteriskInstance
from hotline1022.service.engine_find import find_engine
from tests.unit.test_plan_keeper import keeper, much_urgent

pytestmark = pytest.mark.asterisk
MODULES = ("pbx_config", "func_db", "res_clioriginate", "app_stack")


class Console:
    """The console of this Asterisk."""

    def __init__(self, pbx: AsteriskInstance) -> None:
        self._pbx = pbx

    async def say(self, command: str) -> str:
        return await self._pbx.cli(command)


def reading() -> str:
    """The dialplan's own lines, from the plan to what follows it."""
    text = (files("hotline1022.asterisk_conf") / "hl1022" / "cascade.conf").read_text(encoding="utf-8")
    lines = text.partition(" same => n(static),")[2].partition(" same => n,Set(HL_ANSWER")[0]
    assert "${DB(hl1022/plan-" in lines and "Set(HL_URGENT=" in lines
    return lines


async def test_long_plans_and_hundreds_of_urgent_categories_are_kept_and_read(tmp_path: Path) -> None:
    conf = {
        "modules.conf": "[modules]\nautoload = no\n" + "".join(f"load = {name}.so\n" for name in MODULES),
        "extensions.conf": f"""[read]
exten => _7XX!,1,Set(HL_WANTED=${{EXTEN:0:3}})
 same => n,Set(HL_CATEGORY=${{EXTEN:3}})
 same => n,{reading()} same => n(unknown),Set(DB(read/${{EXTEN}})=urgent:${{HL_URGENT}}:plan:${{HL_PLAN}})
 same => n,Hangup()
""",
    }
    pbx = AsteriskInstance(tmp_path, conf, find_engine(), die_with_parent=True)
    await pbx.start()
    console = keeper(Console(pbx))
    try:
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
            await pbx.cli(f"channel originate Local/{code}{category}@read application NoOp")
            whole = wanted.get(f"plan-{code}", "") + wanted.get(f"plan-{code}-2", "")
            async with asyncio.timeout(10):
                for _ in itertools.count():
                    if (read := await pbx.cli(f"database get read {code}{category}")).startswith("Value"):
                        break
                    await asyncio.sleep(0.1)
            assert read.split() == ["Value:", f"urgent:{urgent}:plan:{whole}"]
    finally:
        await pbx.stop()
