"""Menu files: the shipped one, and every way to get an own one wrong."""

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from hotline1022.core.errors import ConfigError
from hotline1022.ivr.load import load, parse, shipped
from hotline1022.ivr.model import Agents, Emergency, Fixed, MenuTree, Voicemail, texts
from hotline1022.ivr.numbers import number_sounds

SHIPPED = shipped()

GOOD = """\
root = "root"

[menus.root]
text = "Cấp cứu 115, bấm phím 9. Gặp điện thoại viên, bấm phím 0."
tries = 2

[menus.root.keys]
9 = "emergency"
0 = "agents"
"""


def own(text: str) -> MenuTree:
    return parse(text, source="own.toml", base=SHIPPED)


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        own(text)
    assert caught.value.error_id == "menu-invalid"
    return str(caught.value).splitlines()


def test_the_shipped_menu_is_in_order() -> None:
    assert load() == SHIPPED
    assert SHIPPED.warnings == ()
    assert set(Fixed) <= set(SHIPPED.prompts)
    for menu in SHIPPED.menus.values():
        assert isinstance(menu.target("9"), Emergency)
        assert isinstance(menu.target("0"), Agents)
    assert len(SHIPPED.categories) == 10
    assert "ghi âm" in SHIPPED.prompts["greeting"]
    assert "ghi âm" in SHIPPED.prompts["static-menu"]


def test_the_menu_speaks_of_115_before_all_else() -> None:
    assert SHIPPED.menus["root"].text.startswith("Cấp cứu 115, bấm phím 9.")


def test_names_are_file_names() -> None:
    for name in texts(SHIPPED):
        assert name.isascii() and name == name.lower() and " " not in name and len(name) <= 40


def test_an_own_menu_takes_the_texts_it_leaves_out_from_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GOOD + '[prompts]\ngreeting = "Xin chào."\n', encoding="utf-8")
    tree = load(file)
    assert tree.prompts["greeting"] == "Xin chào."
    assert tree.prompts["connecting"] == SHIPPED.prompts["connecting"]
    assert list(tree.menus) == ["root"]
    assert tree.menus["root"].tries == 2
    assert tree.voice == SHIPPED.voice
    assert tree.warnings == ()


def test_text_is_kept_in_composed_form_and_on_one_line() -> None:
    decomposed = unicodedata.normalize("NFD", GOOD.replace("Cấp cứu 115,", "Cấp cứu\t115,"))
    assert own(decomposed).menus["root"].text == "Cấp cứu 115, bấm phím 9. Gặp điện thoại viên, bấm phím 0."


def test_windows_line_ends_and_byte_order_mark_do_no_harm() -> None:
    assert own("\ufeff" + GOOD.replace("\n", "\r\n")).menus == own(GOOD).menus


def change(line: int, text: str) -> str:
    lines = GOOD.splitlines()
    lines[line - 1] = text
    return "\n".join(lines) + "\n"


def test_a_missing_menu() -> None:
    assert faults(change(9, '0 = "agents"\n1 = "menu:more"')) == [
        "own.toml:10: there is no menu more; add [menus.more] or name another"
    ]


def test_a_missing_root() -> None:
    assert faults(change(1, 'root = "main"')) == [
        "own.toml:1: there is no menu main; add [menus.main] or name another root"
    ]


def test_a_missing_information() -> None:
    assert faults(change(9, '0 = "agents"\n2 = "information:hours"')) == [
        "own.toml:10: there is no information hours; add [information.hours] with its text, or name another"
    ]


def test_a_missing_category() -> None:
    assert faults(change(9, '0 = "agents:traffic"')) == [
        "own.toml:9: there is no category traffic; add it under [[categories]] or name another"
    ]


def test_a_missing_agency() -> None:
    text = GOOD + '\n[[categories]]\nid = "traffic"\nname = "Giao thông"\nagency = "gtvt"\n'
    assert faults(text) == ["own.toml:14: there is no agency gtvt; add it under [[agencies]] or name another"]


def test_a_missing_prompt() -> None:
    assert faults(change(5, 'invalid = "wrong-key"')) == [
        'own.toml:5: the prompt wrong-key has no text; add wrong-key = "..." under [prompts]'
    ]


def test_a_shipped_file_without_a_prompt() -> None:
    with pytest.raises(ConfigError) as caught:
        parse(GOOD + '[prompts]\ngreeting = "Xin chào."\n', source="menu.toml")
    messages = str(caught.value).splitlines()
    assert 'menu.toml:10: the prompt connecting has no text; add connecting = "..." under [prompts]' in messages
    assert any("the sound queue-thereare has no text" in message for message in messages)
    assert not any("the prompt greeting" in message for message in messages)


@pytest.mark.parametrize("target", ["agents", "voicemail", "repeat"])
def test_9_is_always_115(target: str) -> None:
    assert faults(change(8, f'9 = "{target}"')) == [
        'own.toml:8: key 9 always leads to 115; write 9 = "emergency"',
    ]


@pytest.mark.parametrize("target", ["emergency", "voicemail", "repeat"])
def test_0_is_always_an_agent(target: str) -> None:
    assert faults(change(9, f'0 = "{target}"')) == [
        'own.toml:9: key 0 always leads to an agent; write 0 = "agents"',
    ]


def test_no_way_out() -> None:
    assert faults(change(8, "").replace('0 = "agents"\n', "")) == [
        'own.toml:3: menu root has no way out to 115; add 9 = "emergency" under [menus.root.keys]',
        'own.toml:3: menu root has no way out to an agent; add 0 = "agents" under [menus.root.keys]',
    ]


@pytest.mark.parametrize("after", ["repeat", "back", "menu:root", "information:x"])
def test_the_last_try_must_lead_out(after: str) -> None:
    assert faults(change(5, f'after = "{after}"')) == [
        'own.toml:5: menu root has no way out: after the last try the caller would stay in a menu; use after = "agents"'
    ]


def test_after_the_last_try_to_the_voicemail() -> None:
    assert own(change(5, 'after = "voicemail"')).menus["root"].after == Voicemail()


def test_a_key_twice() -> None:
    assert faults(change(9, '0 = "agents"\n1 = "voicemail"\n"1" = "agents"')) == [
        "own.toml:11: menus.root.keys.1 is there already in line 10; keep one of them"
    ]


def test_115_is_no_key_to_be_given_away() -> None:
    assert faults(change(9, '0 = "agents"\n115 = "agents"')) == [
        "own.toml:10: '115' cannot be a key: 115 always calls 115; leave it out"
    ]
    assert "a key is one of 0-9, * and #" in faults(change(9, '0 = "agents"\nA = "agents"'))[0]


@pytest.mark.parametrize("tries", ["0", "-1", "10", "true", '"3"', "2.5"])
def test_tries_are_bounded(tries: str) -> None:
    assert faults(change(5, f"tries = {tries}")) == ["own.toml:5: tries must be a whole number from 1 to 9"]


@pytest.mark.parametrize("text", ['""', '"  "', '"""\n"""'])
def test_a_text_must_not_be_empty(text: str) -> None:
    assert faults(change(4, f"text = {text}")) == ["own.toml:4: text is empty; write what is to be spoken or named"]


def test_an_unknown_field() -> None:
    assert faults(change(5, "trys = 3"))[0].startswith(
        "own.toml:5: trys is not known here; leave it out, or use one of"
    )


@pytest.mark.parametrize("target", ["agent", "menu:", "menu", "agents:", "emergency:x", "information", "", "back:x"])
def test_a_target_that_is_none(target: str) -> None:
    assert len(faults(change(9, f'0 = "agents"\n3 = "{target}"'))) == 1
    assert faults(change(9, f'0 = "agents"\n3 = "{target}"'))[0].startswith("own.toml:10:")


def test_wrong_kinds() -> None:
    assert faults(change(4, "text = 5")) == ["own.toml:4: text must be a text; put it in quotation marks"]
    assert faults("menus = 3\n" + GOOD.splitlines()[0]) == [
        "own.toml:1: menus must be a table: [menus]",
        'own.toml:1: there is no menu; add [menus.root] with a text and keys, and root = "root"',
    ]
    assert faults("categories = 3\n" + GOOD) == ["own.toml:1: categories must be written as [[categories]]"]


@pytest.mark.parametrize("voice", ["en", "vi-north", "vi -w /etc/x", "--path"])
def test_a_voice_that_would_speak_english(voice: str) -> None:
    text = GOOD + f'[voice]\nname = "{voice}"\n'
    assert faults(text)[0].startswith(f"own.toml:11: {voice!r} is no Vietnamese voice of espeak-ng")
    for good in ("vi", "vi-vn-x-south", "vi+f2"):
        assert own(GOOD + f'[voice]\nname = "{good}"\n').voice.name == good


def test_an_id_that_cannot_be_a_file_name() -> None:
    text = GOOD + '[information."giờ"]\ntext = "x"\n'
    assert faults(text) == ["own.toml:10: 'giờ' is no id; use a-z, 0-9 and -, at most 40 letters"]


def test_an_empty_file() -> None:
    assert faults("") == [
        'own.toml:1: root is missing; add root = "..."',
        'own.toml:1: there is no menu; add [menus.root] with a text and keys, and root = "root"',
    ]


def test_all_faults_are_named_at_once_in_order() -> None:
    text = change(5, "tries = 0\nloud = true").replace('9 = "emergency"', '9 = "agents"\n1 = "menu:x"\n1 = "agents"')
    assert [message.split(": ")[0] for message in faults(text)] == [
        "own.toml:5",
        "own.toml:6",
        "own.toml:9",
        "own.toml:10",
        "own.toml:11",
    ]


def test_what_is_no_toml_has_its_line_too() -> None:
    messages = faults(change(5, "tries = = 2") + '0 = "agents"\n')
    assert messages[0].startswith("own.toml:5: this is not TOML: ")
    assert messages[1] == "own.toml:10: menus.root.keys.0 is there already in line 9; keep one of them"


def test_an_answer_that_is_too_long_for_the_dialplan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotline1022.ivr.flow.ANSWER_LIMIT", 40)
    assert "own.toml:3: the answer has" in faults(GOOD)[0]


def test_oddities_are_warned_of() -> None:
    text = (
        change(9, '0 = "agents"\n5 = "voicemail"')
        + '[menus.lost]\ntext = "Bấm phím 9, phím 0, phím 4 hoặc phím sao."\n[menus.lost.keys]\n9 = "emergency"\n'
        + '0 = "agents"\n[information.lost]\ntext = "x"\n[prompts]\nspare = "x"\n'
    )
    assert own(text).warnings == (
        "own.toml:10: the text of menu root does not speak of key 5",
        "own.toml:11: no key leads to menu lost",
        "own.toml:12: the text of menu lost offers key *, which leads nowhere",
        "own.toml:12: the text of menu lost offers key 4, which leads nowhere",
        "own.toml:16: no key leads to information lost",
        "own.toml:19: the prompt spare is never played",
    )


def test_the_nearest_menu_is_the_one_to_go_back_to() -> None:
    deep = '[menus.{0}]\ntext = "Bấm phím 9, phím 0."\n[menus.{0}.keys]\n9 = "emergency"\n0 = "agents"\n'
    text = (
        change(9, '0 = "agents"\n1 = "menu:a"')
        + deep.format("a")
        + '1 = "menu:b"\n2 = "menu:root"\n'
        + deep.format("b")
    )
    tree = own(text)
    assert {id: menu.parent for id, menu in tree.menus.items()} == {"root": "root", "a": "root", "b": "a"}


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read .*check paths\.menu"):
        load(tmp_path / "none.toml")
    file = tmp_path / "latin.toml"
    file.write_bytes("root = 'é'".encode("latin-1"))
    with pytest.raises(ConfigError, match="save it as UTF-8"):
        load(file)


def test_no_sound_of_a_number_is_given_a_text_in_the_menu() -> None:
    assert not set(number_sounds()) & set(SHIPPED.sounds)


@pytest.mark.parametrize("name", ["hl1022/greeting", "digits/1"])
def test_a_sound_does_not_take_the_place_of_a_prompt(name: str) -> None:
    found = faults(GOOD + f'[sounds]\n"{name}" = "x"\n')
    said = f"own.toml:11: {name} may be the name of a text that the menu makes itself; choose another name"
    assert found == [said]
    text = GOOD + f'[sounds]\n"{name}" = "x"\n'
    standing = parse(text, source="own.toml", base=SHIPPED, standing=True)
    assert standing.outdated == (said,) and not standing.warnings, "one that is in force goes on"
    assert replace(standing, outdated=(), sounds=SHIPPED.sounds) == own(GOOD)
    with pytest.raises(ConfigError, match="leads nowhere"):
        parse(text.replace('"agents"', '"nobody"'), source="own.toml", base=SHIPPED, standing=True)
