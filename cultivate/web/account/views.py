"""Views of ``account``."""
