"""What a page's view asks the request for: its session and who is asking."""

from cultivate.request_session import SAFE, actor, db, init_app

__all__ = ["SAFE", "actor", "db", "init_app"]
