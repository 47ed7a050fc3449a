"""The colours that mean something, the same in pages, charts and letters."""

STAGES = {"discover": "#8c9bb0", "serve": "#2f7fd1", "recommend": "#e39b1f", "certify": "#1f9d6b"}
BEHIND = "#c4432f"
INK = "#1f2733"
QUIET = "#5d6877"
LINE = "#dfe3e8"
GROUND = "#f6f7f9"
