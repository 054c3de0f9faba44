"""Who applies: real engineers' skills, with made-up names, addresses and plans."""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faker import Faker

ENGINEERS = Path(__file__).parent / "data" / "engineers.jsonl"
SEED = 20170131
CONSENT = "2027-01"

LOCALES = {
    "PL": "pl_PL", "RU": "ru_RU", "RO": "ro_RO", "TR": "tr_TR", "CZ": "cs_CZ", "UA": "uk_UA",
    "HU": "hu_HU", "SI": "sl_SI", "RS": "sr_BA", "BG": "bg_BG", "LT": "lt_LT", "HR": "hr_HR",
    "LV": "lv_LV", "EE": "et_EE", "AM": "hy_AM", "AL": "sq_AL", "BY": "ru_RU", "GE": "ka_GE",
}  # fmt: skip
TIME_ZONES = {
    "PL": "Europe/Warsaw", "RU": "Europe/Moscow", "RO": "Europe/Bucharest", "TR": "Europe/Istanbul",
    "CZ": "Europe/Prague", "UA": "Europe/Kyiv", "HU": "Europe/Budapest", "SI": "Europe/Ljubljana",
    "RS": "Europe/Belgrade", "BG": "Europe/Sofia", "LT": "Europe/Vilnius", "HR": "Europe/Zagreb",
    "LV": "Europe/Riga", "EE": "Europe/Tallinn", "AM": "Asia/Yerevan", "AL": "Europe/Tirane",
    "BY": "Europe/Minsk", "GE": "Asia/Tbilisi",
}  # fmt: skip
NEEDS_VISA = frozenset({"RU", "UA", "BY", "GE", "AM", "AL"})
"""Whose citizens mostly need a short-stay visa for Japan. Staff decide for each person; the demo goes by residence."""
LANGUAGES = {"UA": "uk", "RU": "ru", "BY": "ru", "AM": "ru", "GE": "ru"}
EDUCATION = {
    "Bachelor's degree": "bachelor",
    "Master's degree": "master",
    "Doctoral degree": "doctor",
    "Professional degree": "master",
    "Secondary school": "secondary",
    "Some college/university study without earning a bachelor's degree": "secondary",
}
CHANNELS = ("telegram", "linkedin", "facebook", "x", "youtube", "website", "referral", "event")
JAPANESE = ("none",) * 11 + ("A1", "A1", "A1", "A2", "A2", "B1", "B2")
MOST_SKILLS = 20


@dataclass(frozen=True, slots=True)
class Applicant:
    """Somebody who applies, with what they send."""

    number: int
    """Their place in the file, from 0."""
    name: str
    email: str
    language: str
    form: dict[str, Any]

    @property
    def country(self) -> str:
        """The country of residence."""
        return str(self.form["country"])


def applicants(most: int) -> list[Applicant]:
    """Return the first so many applicants of the file, the same ones every time."""
    rows = [json.loads(line) for line in ENGINEERS.read_text().splitlines()[:most]]
    return [_applicant(number, row) for number, row in enumerate(rows)]


def _applicant(number: int, row: dict[str, Any]) -> Applicant:
    chance = random.Random(f"{SEED}-{number}")  # noqa: S311  made-up people, not secrets
    fake = Faker(LOCALES[row["country"]])
    fake.seed_instance(SEED + number)
    name = _name(fake, chance)
    email = f"engineer{number:03d}@mail.example.org"
    language = _language(row["country"], chance)
    form = {
        "contact": {"name": name, "email": email},
        "country": row["country"],
        "channel": chance.choice(CHANNELS),
        "language": language,
        "time_zone": TIME_ZONES[row["country"]],
        "profile": _profile(row, language, chance),
        "wants_lessons": chance.random() < 0.5,
        "consent": CONSENT,
    }
    return Applicant(number, name, email, language, form)


def _name(fake: Faker, chance: random.Random) -> str:
    sex = chance.choice(("male", "female"))
    first = getattr(fake, f"first_name_{sex}", fake.first_name)()
    return f"{first} {getattr(fake, f'last_name_{sex}', fake.last_name)()}"


def _language(country: str, chance: random.Random) -> str:
    if chance.random() < 0.04:
        return "ja"
    return LANGUAGES.get(country, "en")


def _profile(row: dict[str, Any], language: str, chance: random.Random) -> dict[str, Any]:
    years = _years(row["years_professional"] or row["years_programming"])
    skills = row["skills"][:MOST_SKILLS]
    profile: dict[str, Any] = {
        "roles": row["roles"],
        "skills": [{"name": name, "years": _skill_years(years, chance)} for name in skills],
        "years_of_experience": years,
        "education": EDUCATION.get(row["education"], "other"),
        "spoken": _spoken(language, chance),
        "family_members": chance.choice((0, 0, 0, 1, 2, 3)),
    }
    if chance.random() < 0.7:
        profile["expected_salary"] = 3_600_000 + 100_000 * int(years * 2 + chance.randrange(15))
    return profile


def _years(text: str) -> float:
    """Read the survey's bands: the lower end of one, half a year for less than one."""
    first = text.split(" ", maxsplit=1)[0]
    return float(first) if first.isdigit() else 0.5


def _skill_years(years: float, chance: random.Random) -> float:
    return round(years * chance.choice((0.3, 0.5, 0.7, 1.0)), 1)


def _spoken(language: str, chance: random.Random) -> list[dict[str, str]]:
    spoken = [{"language": "en", "level": chance.choice(("B1", "B2", "B2", "C1"))}]
    if language != "en":
        spoken.append({"language": language, "level": "C2"})
    japanese = "C1" if language == "ja" else chance.choice(JAPANESE)
    if japanese != "none" and language != "ja":
        spoken.append({"language": "ja", "level": japanese})
    return spoken
