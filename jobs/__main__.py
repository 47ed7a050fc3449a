"""``python -m jobs``: the same as ``cultivate scheduler``."""

import sys

from cultivate import create_app, log
from jobs.scheduler import run_forever

if __name__ == "__main__":
    log.configure(as_json=not sys.stderr.isatty())
    run_forever(create_app())
