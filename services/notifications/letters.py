"""Letters as they travel: RFC 5322, UTF-8 text, names and addresses of any script."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, AddressHeader
from email.message import EmailMessage
from email.policy import EmailPolicy

from email_validator import EmailNotValidError, validate_email

from services.notifications.domain.messages import Message
from services.notifications.writing import Letter

_is_plain = re.compile(r"(?=.{1,60}\Z)[A-Za-z0-9]+(?:[ '-][A-Za-z0-9]+)*").fullmatch
"""A name that needs neither quotes nor an encoding, and fits on a line."""


AS_IT_IS = frozenset({"List-Unsubscribe"})
"""Headers of ours that are one long word: folding would make encoded words of it, which nobody reads there."""


class EncodedWords(EmailPolicy):
    """Writes what is not ASCII in a subject or a name as encoded words (RFC 2047), and any name that is not plain."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Return a header as it travels.

        The standard policy loses a space where one encoded word ends and a line begins, and the quotes of a
        name where a line ends in it: such a name would add recipients, or end the headers. Header does not.
        """
        if name in AS_IT_IS:
            return f"{name}: {value}{self.linesep}".encode()
        if isinstance(value, AddressHeader):
            (one,) = value.addresses
            words, address = one.display_name, f" <{one.addr_spec}>"
            if not words or (_is_plain(words) and value.isascii()):
                return super().fold_binary(name, value)
        elif value.isascii():
            return super().fold_binary(name, value)
        else:
            words, address = value, ""
        line = " ".join(str(words).splitlines())
        encoded = Header(line, "utf-8", header_name=name).encode(linesep=self.linesep)
        return f"{name}: {encoded}{address}{self.linesep}".encode()


SEVEN_BIT = EncodedWords(linesep="\r\n", cte_type="7bit")
"""Readable by every server: names as encoded words, text as quoted-printable or base64, whichever is shorter."""
WITH_UTF8 = EncodedWords(linesep="\r\n", cte_type="7bit", utf8=True)
"""For addresses whose part before the @ is not ASCII, which a server has to support."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """From whom mail comes."""

    name: str
    """The programme's."""
    address: str
    reply_to: str
    domain: str
    """Of Message-IDs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A mail, ready for a server."""

    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)
    needs_utf8: bool = False
    """Whether the server must take addresses that are not ASCII."""


def travelling(address: str) -> str | None:
    """Return an address as it travels: its domain in ASCII. None where it is no address."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.ascii_email or checked.normalized


def parcel(letter: Letter, address: str, message: Message, sender: Sender, at: datetime) -> Parcel:
    """Make a mail of a letter, to an address as it travels; its Message-ID is the message's id."""
    needs_utf8 = not address.isascii()
    policy = WITH_UTF8 if needs_utf8 else SEVEN_BIT
    mail = EmailMessage(policy)
    mail["From"] = Address(sender.name, addr_spec=sender.address)
    username, _, domain = address.rpartition("@")
    mail["To"] = Address(letter.name, username, domain)
    mail["Reply-To"] = Address(addr_spec=sender.reply_to)
    mail["Subject"] = letter.mail.subject
    mail["Date"] = at
    mail["Message-ID"] = f"<{message.message_id}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Enmusubi-Template"] = message.template
    if letter.unsubscribe_url is not None:  # RFC 8058: with one click, and nothing more to be asked
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(letter.mail.text, charset="utf-8")
    # After the content, which takes such headers with it.
    mail["Content-Language"] = letter.mail.language.value
    return Parcel(
        sender=sender.address,
        recipient=address,
        content=mail.as_bytes(),
        needs_utf8=needs_utf8,
    )
