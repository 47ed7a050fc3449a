"""Views of ``targets``."""
