"""Switches: a defect or a mishap of a service is there while a file of its name lies in a folder."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Switches:
    """The switches of one service, which all its replicas and whoever tests it share."""

    folder: Path

    def turn_on(self, name: str) -> None:
        """Turn one on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / name).touch()

    def turn_off(self, name: str) -> None:
        """Turn one off, if it is on, with what it has left behind."""
        for file in self.folder.glob(f"{name}*"):
            file.unlink(missing_ok=True)

    def is_on(self, name: str) -> bool:
        """Say whether it is on."""
        return (self.folder / name).exists()

    def die_if_on(self, name: str) -> None:
        """End this process at once, as a SIGKILL would, if that is switched on; once, since it switches it off."""
        if self.is_on(name):
            self.turn_off(name)
            os._exit(137)
