"""The policy packs that ship: read and checked once, by name."""

from functools import cache

from cultivate.domain.policy.pack import Pack
from cultivate.domain.policy.reading import Parsed, parse, read_pack
from cultivate.errors import N_, Invalid
from cultivate.paths import packs_dir


def policy_names() -> list[str]:
    """Names of the packs that ship."""
    return sorted(path.stem for path in (packs_dir() / "policy").glob("*.toml"))


@cache
def policy_text(name: str) -> str:
    """The pack's file as it stands; ``Invalid`` when none has that name."""
    if name not in policy_names():
        raise Invalid(
            N_("There is no policy pack “%(name)s”; there are %(known)s."),
            field="policy",
            code="policy-unknown",
            name=name,
            known=", ".join(policy_names()),
        )
    return (packs_dir() / "policy" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def policy_parsed(name: str) -> Parsed:
    """The pack's TOML with its lines: what local versions are laid over. Not to be changed."""
    return parse(policy_text(name), f"{name}.toml")


@cache
def policy(name: str) -> Pack:
    """A shipped pack."""
    return read_pack(name, policy_parsed(name))


def track_policy(track: str) -> str:
    """Name of the shipped pack that decides readiness for a track; the newest where there are several."""
    found = [pack for pack in map(policy, policy_names()) if pack.kind == "track" and pack.track == track]
    if not found:
        raise Invalid(
            N_("There is no policy pack for “%(track)s”."), field="track", code="policy-unknown", track=track
        )
    return max(found, key=lambda pack: (pack.since, pack.name)).name
