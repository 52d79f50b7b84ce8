"""Hours and hunts at the desk: filled in as rows, saved as the API has them, said as an office writes them; the buttons of rows save
nothing and lose nothing, without scripts too.
"""

from tests.contract.database.desk_world import Browser, Shown, World, world
from tests.contract.database.test_desk_directory import HERE, a_step

__all__ = ["world"]

PAGE = f"{HERE}/agencies/so-xay-dung"
WEEK: dict[str, str | list[str]] = {"h0-day": ["0", "1", "2", "3", "4"], "h0-a-from": "7h30", "h0-a-to": "11:30", "h0-b-from": "13:30",
        "h0-b-to": "17:00", "h1-day": ["5"], "h1-a-from": "07:30", "h1-a-to": "11:30", "h1-b-from": "", "h1-b-to": ""}  # fmt: skip
NAMED = {"name": "Sở Xây dựng", "short": "Sở XD", "kind": "department"}


async def sent(browser: Browser, shown: Shown, **typed: str | list[str]) -> Shown:
    """The form of this page with this in it."""
    pairs = list(shown.forms.fields[PAGE].items())
    for name, value in (NAMED | typed).items():
        pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return await browser.post(PAGE, pairs)


async def test_hours_and_steps_are_rows_and_are_kept_as_the_api_has_them(world: World) -> None:
    async with world.signed_in("admin") as browser:
        steps = a_step("specialist", "office", "20") | a_step("leader", "mobile", "30", number=1)
        saved = await sent(browser, await browser.get(PAGE), **WEEK, **steps)
        assert saved.status == 303, saved.text
        agency = world.directory.now.agencies["so-xay-dung"]
        assert agency.hours == "mon-fri 07:30-11:30 13:30-17:00; sat 07:30-11:30"
        assert [str(one) for one in agency.hunt] == ["specialist.office 20", "leader.mobile 30"]
        shown = await browser.get(PAGE)
        assert "Đang áp dụng: T2–T6 07:30–11:30, 13:30–17:00; T7 07:30–11:30" in shown.text
        assert "Giờ làm việc: — → T2–T6 07:30–11:30, 13:30–17:00; T7 07:30–11:30" in shown.text
        assert "mon-fri" not in shown.text and "specialist.office" not in shown.text
        again = await sent(browser, shown, always="1", **steps)
        assert again.status == 303
        assert world.directory.now.agencies["so-xay-dung"].hours == "always"
        none = await sent(browser, await browser.get(PAGE))
        assert none.status == 303
        agency = world.directory.now.agencies["so-xay-dung"]
        assert (agency.hours, agency.hunt) == ("", ()), "as the agency above"


async def test_a_button_of_a_row_saves_nothing_and_keeps_what_was_typed(world: World) -> None:
    before = world.directory.now.agencies["so-xay-dung"]
    async with world.signed_in("admin") as browser:
        opened = await browser.get(PAGE)
        acts = await world.acts()
        steps = a_step("specialist", "office", "20") | a_step("leader", "mobile", "30", number=1)
        more = await sent(browser, opened, **WEEK, **steps, name="Sở Xây", do="hours-add")
        assert more.status == 200 and 'value="Sở Xây"' in more.text
        assert 'name="h2-a-from"' in more.text and 'value="13:30"' in more.text and 'name="s1-role"' in more.text
        assert more.forms.fields[PAGE]["seen"] == opened.forms.fields[PAGE]["seen"]
        assert more.forms.fields[PAGE]["read"] == opened.forms.fields[PAGE]["read"]
        up = await sent(browser, more, **steps, do="hunt-up-1")
        assert up.text.index('<option value="leader" selected>') < up.text.index('<option value="specialist" selected>')
        assert world.directory.now.agencies["so-xay-dung"] == before
        assert [one["act"] for one in (await world.acts())[len(acts) :] if "changed" in str(one)] == []
        # somebody else saves meanwhile: the form still knows what it was opened with
        assert (await sent(browser, await browser.get(PAGE), **a_step("leader", "office", "40"))).status == 303
        late = await sent(browser, up, **WEEK, **a_step("", "office", ""))
        assert late.status == 409 and "Lãnh đạo, máy bàn, 40 giây" in late.text
        assert (await sent(browser, late, **WEEK, **a_step("leader", "office", "40"))).status == 303


async def test_the_first_button_of_the_form_saves(world: World) -> None:
    """Enter in a field presses the first button that sends a form: it must be none that throws a row away."""
    async with world.signed_in("admin") as browser:
        for path in (PAGE, f"{HERE}/contacts/new", f"{HERE}/agencies/new"):
            text = (await browser.get(path)).text
            form = text[text.index('<form class="card"') :]
            first = form[form.index("<button") :].split(">")[0]
            assert 'type="submit"' in first and 'name="do"' not in first, path
