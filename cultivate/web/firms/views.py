"""Views of ``firms``."""
