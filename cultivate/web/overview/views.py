"""Views of ``overview``."""
