"""Views of ``pipeline``."""
