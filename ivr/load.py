"""Reads a menu file: TOML to the model, or one error that names every fault with its line, reason and cure.

An own menu file may leave out prompts, sounds, voice and pronunciations: the shipped file's are used then.
Refuses (ConfigError, `menu-invalid`) what would leave a caller without an answer. A menu that is in force (`standing`) goes on with what an
earlier release let pass: no upgrade takes it from callers.
"""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from pathlib import Path

from hotline1022.core.errors import ConfigError
from hotline1022.ivr.build_tree import Problems, tree_of
from hotline1022.ivr.check import check
from hotline1022.ivr.model import MenuTree
from hotline1022.ivr.toml_data import data_of
from hotline1022.ivr.toml_lines import Path as TomlPath
from hotline1022.ivr.toml_lines import scan, without

#: name of the menu file that comes with the product
SHIPPED = "menu.toml"


def load(path: Path | None = None, *, standing: bool = False) -> MenuTree:
    """The menu in the file `path`, or the shipped one. `standing` as in `parse`."""
    if path is None:
        return shipped()
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise _invalid([f"{path}: the menu file cannot be read ({error.strerror}); check paths.menu"]) from error
    except UnicodeDecodeError as error:
        raise _invalid([f"{path}: the menu file is not UTF-8 at byte {error.start}; save it as UTF-8"]) from error
    return parse(text, source=str(path), base=shipped(), standing=standing)


@cache
def shipped() -> MenuTree:
    """The menu that comes with the product."""
    return parse((files("hotline1022.ivr") / SHIPPED).read_text(encoding="utf-8"), source=SHIPPED)


def parse(text: str, *, source: str, base: MenuTree | None = None, standing: bool = False) -> MenuTree:
    """The menu in `text`. `source` names it in messages; `base` gives the texts that it leaves out; `standing`: it is in force, and what is
    a fault since then stands in its `outdated`.
    """
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n"))
    lines = scan(text)
    problems = Problems(lines, standing=standing)
    for second in lines.twice:
        what = _name(second.path)
        problems.add_line(second.line, f"{what} is there already in line {second.first_line}; keep one of them")
    try:
        data = data_of(without(text, lines.twice))
    except tomllib.TOMLDecodeError as error:
        problems.add_syntax(str(error))
        raise _invalid(problems.messages(source)) from error
    tree = tree_of(data, source=source, base=base, problems=problems)
    if tree is not None:
        tree = check(tree, problems, shipped_texts=base is None)
    errors = problems.messages(source)
    if errors or tree is None:
        raise _invalid(errors)
    return tree


def _name(path: TomlPath) -> str:
    return ".".join(str(part) for part in path)


def _invalid(messages: list[str]) -> ConfigError:
    return ConfigError("\n".join(messages), error_id="menu-invalid")
