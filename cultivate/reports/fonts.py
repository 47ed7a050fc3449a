"""The fonts of charts and PDFs; the build hook makes them."""

from cultivate.paths import PACKAGE

FOLDER = PACKAGE / "static" / "vendor" / "fonts"
REGULAR = FOLDER / "NotoSansSC-Regular.ttf"
BOLD = FOLDER / "NotoSansSC-Bold.ttf"
