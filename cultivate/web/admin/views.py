"""Views of ``admin``."""
