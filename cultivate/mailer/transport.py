"""The way to the mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from cultivate.errors import N_, Invalid

TIMEOUT_SECONDS = 30
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class RefusedForNow(Exception):
    """The server did not take this letter, and may take it later."""


class RefusedForGood(Exception):
    """The server will never take this letter for this mailbox."""


class ServerAway(RefusedForNow):
    """There is no talking to the server now, so no use in trying the next letter either."""


@dataclass(frozen=True, slots=True)
class Server:
    """``CULTIVATE_SMTP_URL`` taken apart."""

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None


def parse(url: str) -> Server:
    """Read ``smtp://``, ``smtps://`` or ``smtp+starttls://user:pass@host:port``; ``%40`` stands for an @."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in PORTS or not parts.hostname or port == -1:
        raise Invalid(
            N_("CULTIVATE_SMTP_URL is not understood; write smtp://user:password@host:port."),
            field="CULTIVATE_SMTP_URL",
        )
    return Server(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class Transport:
    """One conversation with the server, opened when the first letter is handed over."""

    def __init__(self, url: str) -> None:
        """A URL that is not understood is refused here, before any letter is claimed."""
        self._server = parse(url)
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye."""
        self._hang_up()

    def send(self, message: EmailMessage) -> None:
        """Hand one message over; returns when the server has taken it."""
        try:
            connection = self._connection or self._connect()
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            self._hang_up()
            code, words = next(iter(error.recipients.values()))
            raise _refusal(code, words) from error
        except smtplib.SMTPDataError as error:
            self._hang_up()
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            # greeting, log-in, sender: about us and not about this mailbox
            self._hang_up()
            raise ServerAway(_words(error.smtp_code, error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            self._hang_up()
            raise ServerAway(f"{type(error).__name__}: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.scheme == "smtps":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        self._connection = connection
        if server.scheme == "smtp+starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password or "")
        return connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()


def _words(code: int, words: bytes | str) -> str:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {said}"


def _refusal(code: int, words: bytes | str) -> RefusedForNow | RefusedForGood:
    """5xx is for good; 421 closes the whole conversation."""
    if code >= 500:
        return RefusedForGood(_words(code, words))
    return ServerAway(_words(code, words)) if code == 421 else RefusedForNow(_words(code, words))
