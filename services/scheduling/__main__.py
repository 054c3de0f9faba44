"""Run scheduling: ``python -m services.scheduling``. ``contacts resend`` after it tells notifications again how to reach people."""

from services.scheduling.app import build
from services.scheduling.private import contacts
from shared.resending import main

main(build, *contacts)
