"""How mail is filed."""

from email import message_from_bytes
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.local.smtp import Filing


async def file(filing: Filing, content: bytes) -> str:
    """Hand a mail to the server's filing; its answer."""
    envelope = Envelope()
    envelope.mail_from = "programme@izumo.example"
    envelope.rcpt_tos = ["olena@mail.example"]
    envelope.original_content = content
    return await filing.handle_DATA(SMTP(filing), Session(None), envelope)  # type: ignore[arg-type]


def names(folder: Path) -> list[str]:
    """The files, in the order of their names."""
    return sorted(file.name for file in folder.iterdir())


async def test_mails_are_named_after_their_arrival_and_their_message_id(tmp_path: Path) -> None:
    filing = Filing(tmp_path)
    await file(filing, b"Message-ID: <one@enmusubi>\r\n\r\nOne\r\n")
    await file(filing, b"Message-ID: <../two@enmusubi>\r\n\r\nTwo\r\n")

    assert names(tmp_path) == ["000001-one@enmusubi.eml", "000002-..two@enmusubi.eml"]


async def test_a_server_that_is_started_again_goes_on_counting(tmp_path: Path) -> None:
    await file(Filing(tmp_path), b"Message-ID: <one@enmusubi>\r\n\r\nOne\r\n")
    await file(Filing(tmp_path), b"Message-ID: <one@enmusubi>\r\n\r\nOne\r\n")

    assert names(tmp_path) == ["000001-one@enmusubi.eml", "000002-one@enmusubi.eml"]


async def test_a_filed_mail_keeps_its_bytes_and_says_whom_it_was_for(tmp_path: Path) -> None:
    content = "Message-ID: <one@enmusubi>\r\nSubject: Вітаємо\r\n\r\nЛуцьк\r\n".encode()
    answer = await file(Filing(tmp_path), content)
    filed = (tmp_path / names(tmp_path)[0]).read_bytes()

    assert answer.startswith("250 ")
    assert filed.endswith(content)
    assert message_from_bytes(filed)["Delivered-To"] == "olena@mail.example"
