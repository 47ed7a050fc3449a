"""What may stand in the repository: no index host, no path of one machine, nothing fetched at run time."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")
SET_UP = (*LOCKS, "pyproject.toml", "Makefile", "hatch_build.py", "frontend/.npmrc", ".ci/run")
MACHINE_PATH = re.compile(r"(?<![.\w/}])/(?:root/|home/\w|tmp/\w|work/(?:main|shared)\b)")
#: folders that set-up, runs and tools make
MADE = {
    ".git",
    ".venv",
    "vendor",
    "node_modules",
    "instance",
    "look",
    "build",
    "dist",
    "__pycache__",
    ".hypothesis",
}
NAME = re.compile(r"^[A-Za-z0-9._-]+")


def tracked(*suffixes: str) -> list[Path]:
    """Committed files with these endings; of an unpacked archive, all that set-up did not make."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        names = listed.stdout.decode().split("\0")
    except (OSError, subprocess.CalledProcessError):
        files = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [path.as_posix() for path in files if not MADE & set(path.parts)]
    return [ROOT / name for name in names if name.endswith(suffixes) and (ROOT / name).is_file()]


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", SET_UP)
def test_set_up_names_no_host(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.search(r"(https?|file)://", line) and "127.0.0.1" not in line] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_version_has_a_hash(name):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_lock_covers_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {normalised(NAME.match(text)[0]) for text in project["dependencies"]}
    extras = {
        normalised(NAME.match(text)[0])
        for group in project["optional-dependencies"].values()
        for text in group
    }
    locked = [
        {normalised(NAME.match(line)[0]) for line in (ROOT / name).read_text().splitlines() if "==" in line}
        for name in LOCKS
    ]
    assert wanted <= locked[0] <= locked[1]
    assert extras <= locked[1]


def test_the_front_end_lock_names_no_registry():
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry or "integrity" not in entry] == []


def test_no_path_of_one_machine():
    texts = tracked(".py", ".toml", ".md", ".html", ".js", ".css", ".json", ".cfg", "Makefile", "run")
    guilty = [path for path in texts if MACHINE_PATH.search(path.read_text(encoding="utf-8"))]
    assert guilty == []


def test_pages_take_nothing_from_outside_and_nothing_inline():
    """The Content-Security-Policy forbids it; the browser would only say so on its console."""
    forbidden = re.compile(
        r"""<script(?![^>]*\b(?:src=|type="application/json"))|<style|\sstyle=|\son[a-z]+="|(?:src|href)="(?:https?:)?//""",
        re.IGNORECASE,
    )
    pages = [path for path in tracked(".html") if "mail" not in path.relative_to(ROOT).parts]
    found = {
        f"{path.relative_to(ROOT)}:{number}": line.strip()
        for path in pages
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line)
    }
    assert found == {}


def test_nothing_built_or_vendored_is_committed():
    listed = [path.relative_to(ROOT).as_posix() for path in tracked("")]
    built = ("cultivate/static/vendor/", "node_modules/", ".venv/", "instance/")
    assert [
        name for name in listed if name.startswith(built) or name.endswith((".mo", ".min.js", "uv.lock"))
    ] == []
