"""Run intake: ``python -m services.intake``. ``contacts resend`` after it tells notifications again how to reach people."""

from services.intake.app import build
from services.intake.private import contacts
from shared.resending import main

main(build, contacts)
