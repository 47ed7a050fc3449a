"""Addresses to go back to: only this application's own."""

from urllib.parse import urlsplit


def local_path(address: str | None, default: str = "/") -> str:
    """The address if it is a path of this application, else the default.

    A double slash, or a slash with a backslash behind it, looks like a path and is another host to a browser.
    Browsers drop control characters, so a slash, a tab and a slash are the same again.
    """
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return default
    if any(ord(character) < 32 for character in address):
        return default
    parts = urlsplit(address)
    return default if parts.scheme or parts.netloc else address
