"""The header ``Idempotency-Key`` on every POST: claim before the view, answer kept after it."""

import hashlib
import json
from typing import Any

from flask import Response, g, jsonify, request

from cultivate.request_session import actor, db
from cultivate.services import idempotency
from cultivate.services.idempotency import HEADER

#: what an answer says of itself when it is given again
REPLAYED = "Idempotent-Replayed"


def claim() -> Response | None:
    """Claim the request's key; the kept answer where the same request was answered before."""
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None:
        return None
    found = idempotency.claim(db(), actor(), key.strip(), _digest())
    if isinstance(found, int):
        g.idempotency_claim = found
        return None
    response = jsonify(found.answer["body"])
    response.status_code = found.status
    if found.answer["location"]:
        response.headers["Location"] = found.answer["location"]
    response.headers[REPLAYED] = "true"
    return response


def keep(response: Response) -> Response:
    """Keep the answer of an act that will be committed; a refusal frees the key again."""
    claimed = g.pop("idempotency_claim", None)
    if claimed is not None and response.status_code < 400:
        content = {"body": response.get_json(), "location": response.headers.get("Location")}
        idempotency.keep(db(), claimed, response.status_code, content)
    return response


def _digest() -> str:
    """Of method, address and body. JSON is taken by its meaning, an upload without its random boundary."""
    parts: list[Any] = [request.method, request.path, sorted(request.args.items(multi=True))]
    if request.mimetype == "multipart/form-data":
        parts += [sorted(request.form.items(multi=True)), _files()]
    else:
        body = request.get_json(silent=True)
        parts.append(body if body is not None else request.get_data().hex())
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _files() -> list[tuple[str, str, str]]:
    found = []
    for name, file in sorted(request.files.items(multi=True)):
        found.append((name, file.filename or "", hashlib.sha256(file.stream.read()).hexdigest()))
        file.stream.seek(0)
    return found
