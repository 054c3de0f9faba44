"""Run matching: ``python -m services.matching``. ``contacts resend`` after it tells notifications again how to reach people."""

from services.matching.app import build
from services.matching.private import contacts
from shared.resending import main

main(build, contacts)
