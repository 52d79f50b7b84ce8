"""Figures of televisions: one computation for all screens, a fault is not tried by each of them, and comes to an end."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from hotline1022.core.errors import Unavailable
from hotline1022.figures.types import CallFigures
from hotline1022.web.types import CallFilter
from hotline1022.web.wall import AGE, WallFigures
from tests.unit.wall_memory import KEY, OLD
from tests.unit.web_memory import open_house


async def test_all_screens_share_one_computation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = 100.0
    async with open_house(tmp_path) as house:
        wall = WallFigures(house.ports, lambda: at)
        told = await asyncio.gather(*(wall.now() for _ in range(50)))
        assert len(house.figures.of_calls) == 1 and all(one is told[0] for one in told)
        at += AGE - 0.1
        await wall.now()
        assert len(house.figures.of_calls) == 1
        at += 0.1

        async def away(_: CallFilter, __: Mapping[str, str], *, level: str) -> CallFigures:
            house.figures.of_calls.append(_)
            raise Unavailable("the database does not answer", error_id="database-away")

        with monkeypatch.context() as patch:
            patch.setattr(house.figures, "calls", away)
            failed = await asyncio.gather(*(wall.now() for _ in range(50)), return_exceptions=True)
            assert all(isinstance(one, Unavailable) for one in failed) and len(house.figures.of_calls) == 2
        at += AGE
        assert (await wall.now()).figures == told[0].figures


async def test_only_a_key_that_opens_is_told_anything(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        status, told = await house.ask("GET", f"/wall/{KEY}/now", None)
        assert status == 200 and {one["id"]: one["said"] for one in told["figures"]}["level"] == "80,0 %"
        for key in (OLD, "x" * 43):
            status, told = await house.ask("GET", f"/wall/{key}/now", None)
            assert (status, told["error_id"]) == (404, "link-invalid")
        assert (await house.ask("GET", "/wall/short/now", None))[0] == 404
