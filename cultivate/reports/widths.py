"""How wide text is on paper."""

from unicodedata import east_asian_width


def display_width(text: str) -> int:
    """In halves of a Chinese character, which is as wide as two Latin letters."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
