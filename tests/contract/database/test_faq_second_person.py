"""Who wrote an answer at the command line or by a token does not publish it from the own session, nor the other way round: with the same
sentence at the desk, and the same refusal by the API.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hotline1022.db.unit import Database
from hotline1022.faq.types import EntryFilter, State
from hotline1022.service.cli import faq as commands
from hotline1022.service.cli.main import main
from hotline1022.web.auth import digest_of
from hotline1022.web.types import Scope, Token
from tests.contract.database.desk_world import Browser, World, open_desk
from tests.contract.database.faq_made import AGENCY, BIRTH, Desk, a_desk
from tests.lab.own_settings import own_settings
from tests.lab.xlsx import a_book

SAID = "tài khoản, mã truy cập hoặc dòng lệnh cùng tên được coi là một người"


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await a_desk(database)


class Programs:
    """Tokens of scope agent and admin under a name of one's own choice."""

    def __init__(self, world: World) -> None:
        self._world, self._made = world, 0

    async def ask(self, name: str, path: str, **body: Any) -> tuple[int, Any]:
        self._made += 1
        secret = f"hl_second_{self._made:020d}"
        tokens: Any = self._world.ports.tokens
        tokens.tokens[digest_of(secret)] = Token(
            id=f"t{self._made}", name=name, digest=digest_of(secret), scopes=frozenset({Scope.AGENT, Scope.ADMIN})
        )
        async with self._world.browser() as program:
            headers = {"Authorization": f"Bearer {secret}"}
            async with program.client.post(path, json=body, headers=headers) as response:
                return response.status, await response.json()


async def by_session(browser: Browser, path: str, **body: Any) -> tuple[int, Any]:
    csrf = (await browser.get("/desk")).forms.fields["/desk/sign-out"]["csrf"]
    async with browser.client.post(path, json=body, headers={"X-CSRF-Token": csrf}) as response:
        return response.status, await response.json()


async def at_the_desk(browser: Browser, entry: str) -> None:
    """The button is not offered, and pressing it all the same is refused in the sentence."""
    page = f"/desk/faq/{entry}"
    shown = await browser.get(page)
    assert f"{page}/publish" not in shown.forms.fields and "nên người khác phải duyệt đăng" in shown.text
    told = await browser.post(f"{page}/publish", shown.forms.fields[f"{page}/return"])
    assert told.status == 409 and SAID in told.text


async def test_written_by_a_token_published_by_the_own_session(desk: Desk, database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, faq=desk.faq) as world:
        programs = Programs(world)
        body = {"agency": AGENCY, "question": "Xin nhập tịch ở đâu?", "answer": "Sở Tư pháp."}
        status, made = await programs.ask("NGƯỜI  lan", "/api/faq", **body)
        assert status == 201
        status, made = await programs.ask("NGƯỜI  lan", f"/api/faq/{made['id']}/propose", revision=1)
        assert status == 200
        way = f"/api/faq/{made['id']}/publish"
        async with world.signed_in("admin", login="lan") as lan, world.signed_in("admin", login="binh") as binh:
            await at_the_desk(lan, made["id"])
            status, told = await by_session(lan, way, revision=made["revision"])
            assert (status, told["error_id"]) == (409, "faq-same-person")
            page = f"/desk/faq/{made['id']}"
            assert (await binh.send(page, f"{page}/publish")).goes_to == f"{page}?done=publish"
    assert (await desk.faq.get(made["id"])).shown.state is State.PUBLISHED


async def test_written_by_a_session_published_by_a_token(desk: Desk, database: Database, tmp_path: Path) -> None:
    async with open_desk(database, tmp_path, faq=desk.faq) as world:
        programs = Programs(world)
        async with world.signed_in("admin", login="tran.an") as an:
            status, made = await by_session(an, "/api/faq", agency=AGENCY, question=BIRTH.question, answer=BIRTH.answer)
            assert status == 201, made
            status, made = await by_session(an, f"/api/faq/{made['id']}/propose", revision=1)
            for name in ("Người tran.an", "tran.an", "Tran.An", "người TRAN.AN"):
                status, told = await programs.ask(name, f"/api/faq/{made['id']}/publish", revision=made["revision"])
                assert (status, told["error_id"]) == (409, "faq-same-person"), name
            status, told = await programs.ask("Lê Bình", f"/api/faq/{made['id']}/publish", revision=made["revision"])
            assert (status, told["published"]) == (200, 1)


async def test_taken_in_at_the_command_line_published_by_the_own_session(
    desk: Desk, database: Database, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_settings(monkeypatch, PATHS_DATA=tmp_path / "data", DATABASE_URL=address, RECORDINGS_KEYS=tmp_path / "keys")
    # of the operating system, which knows no blanks and no dots
    monkeypatch.setattr(commands, "shell_actor", lambda: "cli:lehoa")
    monkeypatch.setattr(commands, "shell_user", lambda: "lehoa")
    sheet = tmp_path / "q.xlsx"
    sheet.write_bytes(a_book([["Câu hỏi", "Trả lời"], ["Xin nhập tịch ở đâu?", "Sở Tư pháp."]]))
    given = ["faq", "import", str(sheet), "--agency", AGENCY, "--propose"]
    done = await asyncio.to_thread(CliRunner().invoke, main, given)
    assert done.exit_code == 0, done.output
    (one,) = await desk.faq.list(EntryFilter())
    (tmp_path / "house").mkdir()
    async with (
        open_desk(database, tmp_path / "house", faq=desk.faq) as world,
        world.signed_in("admin", login="le.hoa") as hoa,
        world.signed_in("admin", login="binh") as binh,
    ):
        await at_the_desk(hoa, one.id)
        status, told = await by_session(hoa, f"/api/faq/{one.id}/publish", revision=one.revision)
        assert (status, told["error_id"]) == (409, "faq-same-person")
        page = f"/desk/faq/{one.id}"
        assert (await binh.send(page, f"{page}/publish")).goes_to == f"{page}?done=publish"
