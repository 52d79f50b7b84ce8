"""The house: rooms are links without __init__.py, arrows point to core, libraries stay behind their doors."""

import ast
import json
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

TOP = Path(__file__).parents[2]
ROOMS = (
    "core",
    "accounts",
    "ivr",
    "ami_bridge",
    "queue",
    "cascade",
    "directory",
    "tickets",
    "figures",
    "notify",
    "recordings",
    "audit",
    "evidence",
    "faq",
    "webhooks",
    "db",
    "service",
    "web",
)
#: what of a room another room may import
DOORS = {"types", "ports"}
#: rooms whose whole business is to join others
JOINERS = {"service"}
#: db speaks the values of the rooms that it keeps, and core
LIBRARIES = {
    "panoramisk": "ami_bridge",
    "sqlalchemy": "db",
    "alembic": "db",
    "aiohttp": "web",
    "pydub": "",
    "jinja2": "web",
    "openpyxl": "service",
    "xlsxwriter": "service",
}
#: exceptions to the table above: a room that uses the library too, and why it may
ALSO = {"aiohttp": {"service"}, "pydub": {"ivr", "recordings"}}


@cache
def sources(room: str) -> Sequence[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in sorted((TOP / room).rglob("*.py"))]


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_links_are_the_rooms() -> None:
    links = {entry.name: str(entry.readlink()) for entry in (TOP / "hotline1022").iterdir() if entry.is_symlink()}
    assert links == {room: f"../{room}" for room in ROOMS} | {"asterisk_conf": "../asterisk-conf"}
    assert not [room for room in ROOMS if (TOP / room / "__init__.py").exists()]


def test_every_room_has_files_and_each_says_what_it_is_for() -> None:
    for room in ROOMS:
        found = list(sources(room))
        assert found, f"{room} has no files: the checks here would guard nothing"
        for path, tree in found:
            assert ast.get_docstring(tree) or "migrations" in path.parts, f"{path} does not say what it is for"


def test_arrows() -> None:
    wrong = []
    for room in ROOMS:
        for path, tree in sources(room):
            for name in imports(tree):
                parts = name.split(".")
                if parts[0] in ROOMS and parts[0] not in {"queue", "web"}:
                    wrong.append(f"{path.relative_to(TOP)} imports {name}: write hotline1022.{name}")
                if parts[0] != "hotline1022" or len(parts) < 2 or parts[1] not in ROOMS or parts[1] == room:
                    continue
                allowed = parts[1] == "core" and room != "core"
                allowed |= room in JOINERS
                allowed |= room != "core" and len(parts) > 2 and parts[2] in DOORS
                if not allowed:
                    wrong.append(f"{path.relative_to(TOP)} imports {name}: only its types.py and ports.py are a door")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_libraries_stay_behind_their_doors() -> None:
    wrong = []
    for room in ROOMS:
        for path, tree in sources(room):
            for name in imports(tree):
                library = name.split(".")[0]
                owner = LIBRARIES.get(library)
                if owner is not None and room != owner and room not in ALSO.get(library, set()):
                    wrong.append(f"{path.relative_to(TOP)} imports {library}: it belongs to {owner or 'nobody'}")
    assert not wrong, "\n".join(wrong)


def test_lock_files_name_no_host() -> None:
    for lock in (TOP / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_the_pages_own_lock_names_no_host() -> None:
    lock = json.loads((TOP / "web" / "assets" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages and "://" not in json.dumps(lock)
    assert all(one["integrity"].startswith("sha512-") and "resolved" not in one for one in packages.values())
    # what npm writes next keeps to it
    assert (TOP / "web" / "assets" / ".npmrc").read_text(encoding="utf-8") == "omit-lockfile-registry-resolved=true\n"


def test_nothing_of_others_is_in_the_repository() -> None:
    """What browsers load of others is fetched at set-up; Python packages too."""
    kept = subprocess.run(["git", "ls-files"], cwd=TOP, check=True, capture_output=True, text=True).stdout.splitlines()
    scripts = [name for name in kept if name.endswith((".js", ".css", ".woff2", ".woff", ".ttf", ".whl", ".map"))]
    assert scripts and not [name for name in scripts if not name.startswith(("web/static/", "web/pages/page.css"))]
    assert not [name for name in kept if "/vendor/" in name or "node_modules" in name]
    for name in scripts:
        text = (TOP / name).read_text(encoding="utf-8")
        assert max(map(len, text.splitlines()), default=0) < 400, f"{name} is packed: whose is it?"
        assert "license" not in text.lower(), f"{name} bears a licence: whose is it?"


def test_python_files_stay_small() -> None:
    long = {
        str(path.relative_to(TOP)): count
        for room in (*ROOMS, "scripts")
        for path in (TOP / room).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert not long


def test_what_joins_the_rooms_is_sorted_by_room() -> None:
    """What runs the whole lies on top of service/, and all else in a folder, so that its tree can be read."""
    assert len(list((TOP / "service").glob("*.py"))) <= 16
    crowded = {
        str(folder.relative_to(TOP)) for folder in (TOP / "service").iterdir() if len(list(folder.glob("*.py"))) > 24
    }
    assert not crowded


def test_package_data_names_what_the_rooms_need() -> None:
    with (TOP / "pyproject.toml").open("rb") as file:
        data = tomllib.load(file)["tool"]["setuptools"]["package-data"]["hotline1022"]
    kinds = {path.suffix for room in ROOMS for path in (TOP / room).rglob("*") if path.is_file()} - {
        ".py",
        ".pyc",
        ".pyi",
        "",
    }
    assert {f"**/*{kind}" for kind in kinds} <= set(data)
