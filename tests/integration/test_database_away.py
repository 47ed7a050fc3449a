"""The database cannot be reached: whoever asks is told so, in words and not by a bare error."""

import pytest

from cultivate import create_app
from cultivate.settings import Settings

#: nobody listens there
NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("path", "method"), [("/", "get"), ("/firms/1", "get"), ("/nothing", "get"), ("/firms", "post")]
)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_page_says_that_the_database_is_busy(path: str, method: str, locale: str) -> None:
    app = create_app(Settings(database_url=NOWHERE, secret_key="test", base_url="http://localhost"))
    app.config.update(PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id="1:key", _fresh=True, locale=locale)
    answer = getattr(client, method)(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    words = {"zh": "数据库正忙", "en": "The database is busy"}[locale]
    assert words in answer.text
    assert "<html" in answer.text


def test_the_api_says_so_too() -> None:
    app = create_app(Settings(database_url=NOWHERE, secret_key="test", base_url="http://localhost"))
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    answer = app.test_client().get("/api/v1/firms", headers={"Authorization": "Bearer cv_nothing"})
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "busy")
