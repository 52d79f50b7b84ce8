"""Calling back over the API: who was talked with meanwhile is refused with who it was and when, and called by who names that call."""

from pathlib import Path

from hotline1022.core.callbacks import CallbackWhat, Talk
from tests.unit.callback_memory import MADE, MemoryCallbacks
from tests.unit.calls_memory import NOW
from tests.unit.web_memory import open_house

PATH = "/api/lines/101/calls"


async def test_who_was_reached_meanwhile_is_called_by_who_knows_it_alone(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        memory = house.ports.callbacks
        assert isinstance(memory, MemoryCallbacks)
        memory.talked["v1"] = Talk(call="out-1795470300.1", at=NOW, name="Trần Bình")
        body = {"what": "voicemail", "id": "v1"}
        for given in (body, body | {"talk": "out-1795470300.2"}):
            status, told = await house.ask("POST", PATH, "agent", json=given)
            assert (status, told["error_id"]) == (409, "callback-talked") and memory.begun == []
        assert (await house.ask("POST", PATH, "agent", json=body | {"talk": "../x"}))[0] == 400
        status, told = await house.ask("POST", PATH, "agent", json=body | {"talk": "out-1795470300.1"})
        assert (status, told["call"]) == (201, MADE)
        assert memory.begun == [("101", CallbackWhat.VOICEMAIL, "v1")]
