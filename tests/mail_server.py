"""A real SMTP server for tests: keeps what it takes, and answers as it is told."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

TAKEN = "250 OK"


@dataclass
class Mailbox:
    """Handler of the server: ``on_recipient`` and ``on_data`` may answer something else than 250, or kill."""

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    on_recipient: Callable[[str], str] = lambda _address: TAKEN
    on_data: Callable[[EmailMessage], str] = lambda _message: TAKEN

    @property
    def ids(self) -> list[str]:
        return [message["Message-ID"] for message in self.taken]

    async def handle_RCPT(  # noqa: N802 aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        answer = self.on_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        message = message_from_bytes(envelope.content, policy=default)
        answer = self.on_data(message)
        if answer.startswith("250"):
            self.taken.append(message)
        return answer


@contextmanager
def serving() -> Iterator[Mailbox]:
    """The server on a free port."""
    mailbox = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    mailbox.url = f"smtp://127.0.0.1:{port}"
    try:
        yield mailbox
    finally:
        controller.stop()
