"""Views of ``work``."""
