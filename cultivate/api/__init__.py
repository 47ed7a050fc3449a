"""The JSON API under /api/v1: what machines are promised."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the API."""
