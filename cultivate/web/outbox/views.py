"""Views of ``outbox``."""
