"""The name under which this process claims."""

import os
import secrets
import socket
from functools import cache


@cache
def worker_name() -> str:
    """Host and process, and a random part since both come round again."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"
