"""Every fault that the check of a menu can tell has words on its page: whoever adds one must say it in Vietnamese too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from hotline1022.core.errors import Invalid
from hotline1022.service.menu.file import read
from hotline1022.service.menu.look import remark
from hotline1022.web.desk.menu_words import _SAID, fault_words
from hotline1022.web.page_words import words

IVR = Path(__file__).parents[2] / "ivr"
TELLERS = {"add", "add_line", "warn"}


def told() -> Iterator[str]:
    """What ivr/ tells of a menu, with something in each hole."""
    for name in ("build_tree.py", "check.py", "load.py"):
        for node in ast.walk(ast.parse((IVR / name).read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr in TELLERS and len(node.args) == 2:
                match node.args[1]:
                    case ast.Constant(value=str() as text):
                        yield text
                    case ast.JoinedStr(values=parts):
                        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in parts)


def test_everything_that_is_told_has_words() -> None:
    found = set(told())
    assert len(found) > 25, "the search saw too little"
    assert not [text for text in found if fault_words(text) == text]


def test_patterns_and_words_fit_together() -> None:
    say = words()
    table = {key.removeprefix("menu-fault.") for key in say.texts if key.startswith("menu-fault.")}
    assert table == {word for _, word in _SAID}
    for pattern, word in _SAID:
        wanted = {name for _, name, _, _ in Formatter().parse(say.texts[f"menu-fault.{word}"]) if name}
        assert wanted <= set(re.compile(pattern).groupindex), word


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("root = 'root'\n[menus.root\n", "Không đúng cú pháp TOML"),
        (
            "root = 'x'\n[menus.root]\ntext = 'a'\n[menus.root.keys]\n9 = 'emergency'\n0 = 'agents'\n",
            "Không có menu x",
        ),
        (
            "root = 'root'\n[menus.root]\ntext = 'a'\n[menus.root.keys]\n0 = 'agents'\n",
            "Menu root chưa có lối ra cấp cứu 115",
        ),
        (
            "root = 'root'\n[menus.root]\ntext = 'a'\n[menus.root.keys]\n9 = 'emergency'\n",
            "Menu root chưa có lối ra điện thoại viên",
        ),
        ("root = 'root'\n[menus.root]\ntext = 'a'\n[menus.root.keys]\n9 = 'agents'\n0 = 'agents'\n", "Phím 9"),
    ],
)
def test_a_real_fault_is_told_in_vietnamese(text: str, told: str) -> None:
    with pytest.raises(Invalid) as caught:
        read(text)
    said = [fault_words(remark(line).text) for line in str(caught.value).splitlines()]
    assert any(told in one for one in said), said


def test_what_has_no_words_stays_as_it_is() -> None:
    assert fault_words("something else; mend it") == "something else; mend it"
