"""Secrets of a demonstration, kept beside its database so that a restart has the same ones."""

import os
from collections.abc import Callable

from cultivate.paths import instance_dir


def kept(name: str, make: Callable[[], str]) -> str:
    """What the file says, or a new secret written to it; nobody else may read it."""
    path = instance_dir() / name
    if path.is_file() and (known := path.read_text(encoding="utf-8").strip()):
        return known
    made = make()
    keep(name, made)
    return made


def keep(name: str, secret: str) -> None:
    """Write a secret to its file."""
    folder = instance_dir()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
