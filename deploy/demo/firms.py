"""The firms that look for engineers, and their positions: made up, after the kinds that a regional city has."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Firm:
    """A firm, the language it is written to in, and its positions."""

    name: str
    contact: str
    language: str
    positions: tuple[dict[str, Any], ...]


def _position(
    title: str,
    must: tuple[str, ...],
    wish: tuple[str, ...],
    years: float,
    salary: tuple[int, int],
    headcount: int = 1,
) -> dict[str, Any]:
    return {
        "title": title,
        "skills": [{"name": name, "years": 2, "must": True} for name in must]
        + [{"name": name, "years": 1} for name in wish],
        "years_of_experience": years,
        "spoken": [{"language": "ja", "level": "A2"}, {"language": "en", "level": "B1"}],
        "salary_min": salary[0] * 10_000,
        "salary_max": salary[1] * 10_000,
        "headcount": headcount,
        "remote_before_move": headcount > 1,
    }


FOUNDING_FIRMS = (
    Firm("株式会社出雲システム", "佐藤 花子", "ja", (
        _position("Back-end developer (Java)", ("Java", "SQL"), ("PostgreSQL", "Amazon Web Services (AWS)"), 3, (480, 720), 2),
        _position("Web developer (JavaScript)", ("JavaScript",), ("Node.js", "React", "TypeScript"), 2, (420, 640), 2),
        _position("Systems engineer (Linux)", ("Linux Desktop",), ("Python", "Amazon Web Services (AWS)"), 3, (450, 680)),
    )),
    Firm("山陰データ株式会社", "田中 健", "ja", (
        _position("Data engineer", ("Python", "SQL"), ("PostgreSQL", "Hadoop", "Spark"), 3, (500, 760)),
        _position("Database administrator", ("SQL Server", "SQL"), ("Oracle", "MySQL"), 4, (480, 720)),
        _position("Back-end developer (C#)", ("C#", "SQL Server"), (".NET Core", "Microsoft Azure"), 3, (460, 700), 2),
    )),
    Firm("Shinjiko Soft K.K.", "Maria Nowak", "en", (
        _position("Full-stack developer", ("JavaScript", "SQL"), ("AngularJS", "Node.js", "MongoDB"), 3, (450, 700), 2),
        _position("Mobile developer (Android)", ("Android", "Java"), ("SQLite", "Firebase"), 2, (440, 680)),
        _position("Mobile developer (iOS)", ("iOS",), ("Swift", "Objective-C"), 2, (440, 680)),
    )),
)  # fmt: skip

OTHER_FIRMS = (
    Firm("大社ウェブ工房", "藤原 美咲", "ja", (
        _position("Web developer (PHP)", ("PHP", "MySQL"), ("JavaScript", "WordPress"), 2, (400, 580)),
    )),
    Firm("Hikawa Robotics", "Kenji Mori", "en", (
        _position("Embedded developer", ("C++",), ("C", "Raspberry Pi", "Arduino"), 3, (460, 720)),
        _position("C++ developer", ("C++",), ("Python", "Linux Desktop"), 4, (480, 740)),
    )),
    Firm("株式会社神在クラウド", "小林 直樹", "ja", (
        _position("Cloud engineer", ("Amazon Web Services (AWS)",), ("Python", "Node.js", "Redis"), 3, (500, 760)),
    )),
    Firm("Hinomisaki Games", "Anna Kovalenko", "en", (
        _position("Game developer", ("C#",), ("C++", "Android"), 2, (420, 640)),
    )),
    Firm("斐川農業テック", "渡部 聡", "ja", (
        _position("IoT developer", ("Python",), ("Raspberry Pi", "Arduino", "SQLite"), 2, (420, 620)),
    )),
    Firm("出雲縁結び観光株式会社", "石橋 優", "ja", (
        _position("Front-end developer", ("JavaScript",), ("React", "AngularJS", "TypeScript"), 2, (400, 600)),
    )),
    Firm("Taki Health Systems", "Olena Shevchenko", "en", (
        _position("Back-end developer (.NET)", ("C#", "SQL"), (".NET Core", "SQL Server"), 3, (460, 700)),
    )),
    Firm("平田物流システム", "岡田 誠", "ja", (
        _position("Desktop developer (Windows)", ("Windows Desktop", "C#"), ("SQL Server",), 3, (430, 640)),
    )),
    Firm("Shimane Fintech Lab", "Piotr Zieliński", "en", (
        _position("Back-end developer (Node.js)", ("Node.js",), ("MongoDB", "Redis", "PostgreSQL"), 3, (480, 720)),
        _position("Machine learning engineer", ("Python",), ("R", "SQL", "Matlab"), 3, (500, 760)),
    )),
)  # fmt: skip

FIRMS = FOUNDING_FIRMS + OTHER_FIRMS
