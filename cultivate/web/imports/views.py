"""Views of ``imports``."""
