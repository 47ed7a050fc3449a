"""Messages as they go over the wire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import cast


@dataclass(frozen=True, slots=True)
class Part:
    """A picture shown in the letter (with ``content_id``) or a file attached to it."""

    name: str
    content_type: str
    content: bytes
    content_id: str | None = None


class AddressUnusable(Exception):
    """The address is none that a message can be sent to."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it lies in the delivery ledger."""

    message_id: str
    address: str
    name: str
    subject: str
    text: str
    html: str
    composed_at: datetime
    parts: Sequence[Part]


def build(letter: Letter, sender: str) -> EmailMessage:
    """Text, HTML with its pictures, files; the same Message-ID and date at every try.

    ``Auto-Submitted`` keeps answering machines quiet.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("cultivate", addr_spec=sender)
    message["To"] = _addressee(letter)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.composed_at)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    body = cast("EmailMessage", message.get_payload(1))
    for part in letter.parts:
        main, _, sub = part.content_type.partition("/")
        if part.content_id:
            body.add_related(part.content, main, sub, cid=f"<{part.content_id}>", filename=part.name)
        else:
            message.add_attachment(part.content, main, sub, filename=part.name)
    return message


def _addressee(letter: Letter) -> Address:
    try:
        address = Address(letter.name, addr_spec=letter.address)
        address.addr_spec.encode("ascii")
    except (ValueError, MessageError) as error:
        raise AddressUnusable(f"{letter.address}: {error}") from error
    return address
