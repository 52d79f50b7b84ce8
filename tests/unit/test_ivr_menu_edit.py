"""One part of a menu's text is changed, and every other character stays: comments, order, quotes; what cannot be changed so is refused."""

import tomllib
from dataclasses import replace
from importlib.resources import files

import pytest

from hotline1022.core.errors import HotlineError
from hotline1022.ivr import menu_edit as edit
from hotline1022.ivr.load import parse, shipped
from hotline1022.ivr.types import MenuCategory, MenuStep, StepKey

TEXT = (files("hotline1022.ivr") / "menu.toml").read_text(encoding="utf-8")
OWN = """# của tỉnh
root = 'main' # bước đầu

[menus.main]   # chào
text = "Chào. Phím 1. Phím 9. Phím 0."  # một dòng
tries = 2 # hai lần

# các phím
[menus.main.keys]
1 = 'menu:more'  # sang more
# cấp cứu
9 = "emergency"
"0" = "agents" # người thật

# ---- more
[menus.more]
text = '''
Phím 9.
Phím 0.
'''

[menus.more.keys]
9 = "emergency"
0 = "agents"
# hết
"""


def steps(text: str) -> dict[str, MenuStep]:
    return {one.id: one for one in edit.steps_of(text, shipped()).steps}


def lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went, and lines that came."""
    old, new = before.splitlines(), after.splitlines()
    return [one for one in old if one not in new], [one for one in new if one not in old]


@pytest.mark.parametrize("text", [TEXT, OWN])
def test_what_is_not_changed_is_not_touched(text: str) -> None:
    parts = edit.steps_of(text, shipped())
    assert parts.steps
    for step in parts.steps:
        assert edit.put_step(text, step) == text
    for one in parts.information:
        assert edit.put_information(text, one.id, one.text) == text
    for table, found in (("prompts", parts.prompts), ("sounds", parts.sounds)):
        assert found
        for one in found:
            if one.own:
                assert edit.put_spoken(text, table, one.id, one.text) == text
    assert edit.put_root(text, parts.root) == text


@pytest.mark.parametrize("step", ["root", "more", "information"])
def test_every_field_of_every_step_is_changed_alone(step: str) -> None:
    now = steps(TEXT)[step]
    for changed in (
        replace(now, text=now.text + "\nThêm một dòng."),
        replace(now, tries=now.tries + 1),
        replace(now, wait_seconds=9),
        replace(now, no_input="please-wait"),
        replace(now, invalid="please-wait"),
        replace(now, after="voicemail"),
        replace(now, keys=(*now.keys[1:], StepKey(key=now.keys[0].key, target="voicemail"))),
        replace(now, keys=now.keys[1:]),
    ):
        after = edit.put_step(TEXT, changed)
        assert steps(after) == steps(TEXT) | {step: changed}
        gone, came = lines(TEXT, after)
        assert len(gone) <= 1 and len(came) <= 1, (gone, came)
        back = edit.put_step(after, now)
        assert steps(back) == steps(TEXT)
        assert all(one in back for one in TEXT.splitlines() if one.startswith("#"))


def test_every_spoken_text_is_changed_alone() -> None:
    parts = edit.steps_of(TEXT, shipped())
    for table, found in (("prompts", parts.prompts), ("sounds", parts.sounds)):
        for one in found:
            after = edit.put_spoken(TEXT, table, one.id, 'Khác "hẳn" \\ 1.')
            data, old = tomllib.loads(after), tomllib.loads(TEXT)
            assert data[table].pop(one.id) == 'Khác "hẳn" \\ 1.'
            del old[table][one.id]
            assert data == old and edit.put_spoken(after, table, one.id, one.text) == TEXT


def test_comments_stay_and_go_along_with_their_keys() -> None:
    main = steps(OWN)["main"]
    turned = replace(main, tries=4, keys=(main.keys[1], main.keys[0], main.keys[2], StepKey(key="#", target="repeat")))
    after = edit.put_step(OWN, turned)
    assert "tries = 4 # hai lần" in after
    assert (
        after[after.index("[menus.main.keys]") : after.index("# ---- more")]
        == """[menus.main.keys]
# cấp cứu
9 = "emergency"
1 = 'menu:more'  # sang more
"0" = "agents" # người thật
"#" = "repeat"

"""
    )
    less = edit.put_step(OWN, replace(main, keys=(main.keys[0], main.keys[2])))
    assert '# cấp cứu\n"0"' in less and '9 = "emergency"' not in less[: less.index("# ---- more")]
    assert lines(OWN, edit.put_step(OWN, replace(main, text="Khác.")))[1] == ['text = "Khác."  # một dòng']


def test_what_a_text_leaves_out_is_written_where_it_belongs() -> None:
    assert not next(one for one in edit.steps_of(OWN, shipped()).prompts if one.id == "greeting").own
    after = edit.put_spoken(OWN, "prompts", "greeting", "Xin chào.")
    assert parse(after, source="x", base=shipped()).prompts["greeting"] == "Xin chào."
    assert after.startswith(OWN.rstrip()[: -len("# hết")])
    assert "tries = 5" in edit.put_step(OWN, replace(steps(OWN)["more"], tries=5))


def test_a_step_comes_and_goes() -> None:
    new = replace(steps(TEXT)["more"], id="moi", no_input="please-wait")
    after = edit.put_step(TEXT, new)
    assert steps(after) == steps(TEXT) | {"moi": new} and 'no_input = "please-wait"' in after
    parse(after, source="x", base=shipped())
    assert edit.drop_step(after, "moi") == TEXT
    heard = edit.put_information(TEXT, "moi", "Một.\nHai.")
    assert edit.drop_information(heard, "moi") == TEXT
    assert steps(edit.drop_step(edit.put_root(OWN.replace("'menu:more'", "'agents'"), "more"), "main")) == {
        "more": steps(OWN)["more"]
    }


def refused(call: object) -> str:
    with pytest.raises(HotlineError) as caught:
        assert callable(call)
        call()
    return caught.value.error_id


def test_what_is_led_to_stays() -> None:
    with pytest.raises(HotlineError, match="key 8 of step root leads to more"):
        edit.drop_step(TEXT, "more")
    assert refused(lambda: edit.drop_step(TEXT, "more")) == "menu-step-used"
    assert refused(lambda: edit.drop_information(TEXT, "look-up")) == "menu-step-used"
    assert refused(lambda: edit.drop_step(TEXT, "root")) == "menu-step-first"
    assert refused(lambda: edit.drop_step(TEXT, "none")) == "menu-step-unknown"
    assert refused(lambda: edit.put_root(TEXT, "none")) == "menu-step-unknown"


@pytest.mark.parametrize(
    "text",
    [
        OWN.replace("tries = 2 # hai lần", "tries = [2]"),
        'root = "main"\nmenus = {main = {text = "a", keys = {9 = "emergency", 0 = "agents"}}}\n',
        'root = "main"\n[menus]\nmain.text = "a"\nmain.keys = {9 = "emergency", 0 = "agents"}\n',
        OWN.replace("[menus.main.keys]\n", "[menus.main.keys]\nx.y = 1\n"),
    ],
)
def test_what_is_written_otherwise_is_refused_and_never_changed_wrongly(text: str) -> None:
    main = steps(text)["main"]
    changed = replace(main, tries=7, text="Khác", keys=main.keys[:1])
    assert refused(lambda: edit.put_step(text, changed)) == "menu-form-unfit"


def test_a_change_that_the_text_would_show_half_is_refused() -> None:
    text = OWN.replace("'menu:more'", "'agents'").replace(
        """[menus.more]\ntext = '''\nPhím 9.\nPhím 0.\n'''\n""", '[menus]\nmore.text = "Phím 9. Phím 0."\n'
    )
    assert steps(text)["more"].text == "Phím 9. Phím 0."
    assert refused(lambda: edit.drop_step(text, "more")) == "menu-form-unfit"


def test_what_is_no_toml_and_no_step_is_refused() -> None:
    assert refused(lambda: edit.steps_of("root =", shipped())) == "menu-not-toml"
    assert refused(lambda: edit.steps_of(OWN + "[menus.main]\n", shipped())) == "menu-not-toml"
    main = steps(OWN)["main"]
    assert refused(lambda: edit.put_step(OWN, replace(main, id="Đất"))) == "menu-step-id"
    assert refused(lambda: edit.put_step(OWN, replace(main, keys=main.keys * 2))) == "menu-key-twice"
    assert edit.steps_of('menus = 3\nprompts = 4\ncategories = ["x"]\n', shipped()).steps == ()


@pytest.mark.parametrize(
    "said", ['"""', "a\\", '\\"', "'''", 'a\n"""\nb', "tab\there", "x\u007fy", "#", "[menus]", "1 = 2\n[a]"]
)
def test_no_text_breaks_out_of_its_quotes(said: str) -> None:
    for after in (
        edit.put_step(TEXT, replace(steps(TEXT)["more"], text=said)),
        edit.put_step(OWN, replace(steps(OWN)["main"], text=said)),
        edit.put_spoken(TEXT, "prompts", "greeting", said),
        edit.put_information(TEXT, "moi", said),
    ):
        assert len(tomllib.loads(after)) >= 2


def test_targets_are_found_however_the_loader_lets_them_be_written() -> None:
    loose = OWN.replace("'menu:more'", "' menu : more '").replace("root = 'main'", "root = 'main '")
    parse(loose, source="x", base=shipped())
    assert steps(loose) == steps(OWN)
    assert refused(lambda: edit.drop_step(loose, "more")) == "menu-step-used"
    assert refused(lambda: edit.drop_step(loose, "main")) == "menu-step-first"
    assert edit.put_root(loose, "main") == loose
    assert edit.put_step(loose, steps(loose)["main"]) == loose, "what is as it was is not touched"
    out = OWN.replace("tries = 2 # hai lần", "after = 'agents: traffic'")
    assert steps(out)["main"].after == "agents:traffic" and edit.put_step(out, steps(out)["main"]) == out
    named = '[[categories]]\nid = "land "\n'
    assert edit.put_category(named, MenuCategory(id="land", name="x"), MenuCategory(id="a", name="a")) == named


def test_what_tomllib_stumbles_over_is_no_toml() -> None:
    for odd in ("x = " + "1" * 5000, "x = " + "[" * 3000 + "]" * 3000):
        assert refused(lambda odd=odd: edit.steps_of(f"{odd}\n{OWN}", shipped())) == "menu-not-toml"
        assert refused(lambda odd=odd: parse(f"{odd}\n{OWN}", source="x", base=shipped())) == "menu-invalid"
    assert steps(OWN.replace("tries = 2", "tries = 0x" + "f" * 5000))["main"].tries == 3, "no number can be shown of it"
