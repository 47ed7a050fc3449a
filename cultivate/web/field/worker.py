"""``/sw.js``: the service worker. It stands at the root, as its place says which pages it may serve."""

import hashlib
import json

from flask import Response

from cultivate.paths import PACKAGE
from cultivate.web.access import public
from cultivate.web.field import blueprint
from cultivate.web.filters import asset

#: what the screen of the field cannot do without; whatever else it names is kept with it (sw.js)
SHELL = (
    "vendor/tabler/tabler.min.css",
    "vendor/tom-select/tom-select.bootstrap5.min.css",
    "vendor/htmx/htmx.min.js",
    "vendor/icons/sprite.svg",
    "css/cultivate.css",
    "css/firms.css",
    "css/field.css",
    "js/cultivate.js",
    "js/firms.js",
    "js/pictures.js",
    "js/field-queue.js",
    "js/field.js",
    "img/favicon.svg",
)


@blueprint.get("/sw.js")
@public
def script() -> Response:
    """The worker with the addresses of this version's files: another file makes another worker."""
    files = [asset(name) for name in SHELL]
    source = (PACKAGE / "static" / "js" / "sw.js").read_text(encoding="utf-8")
    version = hashlib.sha256("\n".join([*files, source]).encode()).hexdigest()[:16]
    head = (
        f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(files)};\n"
        f"const QUEUE = {json.dumps(asset('js/field-queue.js'))};\n"
    )
    response = Response(head + source, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response
