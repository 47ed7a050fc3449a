"""The icons of the installed app, out of the brand mark: ``python -m tests.app_icons`` writes them anew."""

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent.parent / "cultivate" / "static" / "img"
#: the four bars of favicon.svg on its grid of 20: x, y, height, colour
BARS = ((1, 12, 7, "#8c9bb0"), (6, 9, 10, "#2f7fd1"), (11, 5, 14, "#e39b1f"), (16, 1, 18, "#1f9d6b"))
#: size -> the share of the picture that the mark fills; a mask cuts a fifth off
SIZES = {"app-180": (180, 0.68), "app-192": (192, 0.8), "app-512": (512, 0.8), "app-mask-512": (512, 0.56)}
SMOOTH = 4


def draw(size: int, share: float) -> Image.Image:
    """The mark on white, drawn large and made smaller, so that its corners are smooth."""
    large = size * SMOOTH
    picture = Image.new("RGB", (large, large), "#ffffff")
    pen = ImageDraw.Draw(picture)
    unit = large * share / 20
    edge = large * (1 - share) / 2
    for x, y, height, colour in BARS:
        corner = (edge + x * unit, edge + y * unit)
        pen.rounded_rectangle(
            (*corner, corner[0] + 4 * unit, corner[1] + height * unit), radius=unit, fill=colour
        )
    return picture.resize((size, size), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    for name, (size, share) in SIZES.items():
        draw(size, share).quantize(64).save(FOLDER / f"{name}.png", optimize=True)
