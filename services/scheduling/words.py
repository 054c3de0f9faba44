"""What a calendar calls things, in the languages that messages are written in, and in the same words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """One language's words."""

    interview: str
    showcase: str
    lesson: str
    visit: str
    first_day: str
    """Of work."""
    due: str
    """What stands before a step that has to be done by that day."""
    steps: Mapping[str, str]
    """Steps of visits and of moves, by their code."""
    colon: str = ": "

    def about(self, what: str, which: str | None) -> str:
        """Say what it is and, where that is known, which one."""
        return f"{what}{self.colon}{which}" if which else what

    def step(self, code: str) -> str:
        """Say what has to be done; a code without words is shown as it is."""
        return self.steps.get(code, code.replace("-", " "))


DEFAULT_LANGUAGE: Final = "en"
WORDS: Final[Mapping[str, Words]] = {
    "en": Words(
        interview="Interview",
        showcase="Showcase",
        lesson="Japanese lesson",
        visit="Visit",
        first_day="First day of work",
        due="Due",
        steps={
            "invitation-letter": "letter of invitation",
            "short-stay-visa": "short-stay visa",
            "flight": "flight booking",
            "lodging": "place to stay",
            "certificate-of-eligibility": "Certificate of Eligibility (在留資格認定証明書)",
            "visa": "visa",
            "housing": "home in Izumo",
            "arrival": "arrival in Izumo",
            "residence-registration": "registration of residence at the city hall (転入届)",
            "health-insurance": "health insurance",
            "bank-account": "bank account",
            "phone": "Japanese phone number",
        },
    ),
    "ja": Words(
        interview="面接",
        showcase="ショーケース",
        lesson="日本語レッスン",
        visit="出雲訪問",
        first_day="勤務開始日",
        due="期限",
        colon="：",
        steps={
            "invitation-letter": "招へい理由書などの招待書類",
            "short-stay-visa": "短期滞在ビザ",
            "flight": "航空券の手配",
            "lodging": "宿泊先の手配",
            "certificate-of-eligibility": "在留資格認定証明書",
            "visa": "ビザ（査証）",
            "housing": "住まいの手配",
            "arrival": "出雲への到着",
            "residence-registration": "市役所への転入届",
            "health-insurance": "健康保険の加入",
            "bank-account": "銀行口座の開設",
            "phone": "携帯電話の契約",
        },
    ),
    "uk": Words(
        interview="Співбесіда",
        showcase="Хакатон",
        lesson="Урок японської мови",
        visit="Поїздка до Ідзумо",
        first_day="Перший робочий день",
        due="Термін",
        steps={
            "invitation-letter": "лист-запрошення",
            "short-stay-visa": "короткострокова віза",
            "flight": "авіаквитки",
            "lodging": "місце проживання на час поїздки",
            "certificate-of-eligibility": "сертифікат на статус перебування (Certificate of Eligibility, 在留資格認定証明書)",
            "visa": "віза",
            "housing": "житло в Ідзумо",
            "arrival": "приїзд до Ідзумо",
            "residence-registration": "реєстрація за місцем проживання в мерії (転入届)",
            "health-insurance": "медичне страхування",
            "bank-account": "банківський рахунок",
            "phone": "японський номер телефону",
        },
    ),
    "ru": Words(
        interview="Собеседование",
        showcase="Хакатон",
        lesson="Урок японского языка",
        visit="Поездка в Идзумо",
        first_day="Первый рабочий день",
        due="Срок",
        steps={
            "invitation-letter": "письмо-приглашение",
            "short-stay-visa": "краткосрочная виза",
            "flight": "авиабилеты",
            "lodging": "место проживания на время поездки",
            "certificate-of-eligibility": "сертификат на статус пребывания (Certificate of Eligibility, 在留資格認定証明書)",
            "visa": "виза",
            "housing": "жильё в Идзумо",
            "arrival": "приезд в Идзумо",
            "residence-registration": "регистрация по месту жительства в мэрии (転入届)",
            "health-insurance": "медицинское страхование",
            "bank-account": "банковский счёт",
            "phone": "японский номер телефона",
        },
    ),
}


def words_in(language: str | None) -> Words:
    """Return the words for who is written to in this language (BCP 47); where there are none in it, the English ones."""
    base = (language or DEFAULT_LANGUAGE).lower().split("-")[0]
    return WORDS.get(base, WORDS[DEFAULT_LANGUAGE])
