"""The lines of a TOML text."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from hotline1022.ivr.toml_lines import scan, without

TEXT = '''# a comment
root = "x"            # line 2
"quoted = key" = 1
a.b = 2

[table]
text = """
not = "a key"
[not.a.table]
"""
list = [
  "a = 1", # ]
  "]",
]
after = 3
[[many]]
id = "first"
[[many]]
id = "second"
[menus.root.keys]
1 = "a"
"#" = 'b'
'''


def test_each_key_has_its_line() -> None:
    at = scan(TEXT).at
    assert at[("root",)] == 2
    assert at[("quoted = key",)] == 3
    assert at[("a", "b")] == 4
    assert at[("table",)] == 6
    assert at[("table", "text")] == 7
    assert at[("table", "list")] == 11
    assert at[("table", "after")] == 15
    assert at[("many", 0, "id")] == 17
    assert at[("many", 1, "id")] == 19
    assert at[("menus", "root", "keys", "1")] == 21
    assert at[("menus", "root", "keys", "#")] == 22
    assert ("not",) not in at and ("table", "not") not in at


def test_what_has_no_line_takes_that_of_what_is_around_it() -> None:
    lines = scan(TEXT)
    assert lines.line(("table", "missing")) == 6
    assert lines.line(("nowhere",)) == 1


def test_what_is_said_twice_is_found_and_can_be_left_out() -> None:
    text = '[a]\nx = 1\nx = """\ntwo\n"""\n"x" = 3\n[b]\ny = 1\n[a]\nz = 1\n'
    lines = scan(text)
    assert [(second.path, second.first_line, second.line) for second in lines.twice] == [
        (("a", "x"), 2, 3),
        (("a", "x"), 2, 6),
        (("a",), 1, 9),
    ]
    rest = without(text, lines.twice)
    assert rest.count("\n") == text.count("\n")
    assert tomllib.loads(rest)["a"] == {"x": 1}


@given(st.text("ab.=[]{}\"'#\\\n 1", max_size=60))
def test_nonsense_is_survived(text: str) -> None:
    lines = scan(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.at.values())
