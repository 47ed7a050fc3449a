"""Views of ``certificates``."""
