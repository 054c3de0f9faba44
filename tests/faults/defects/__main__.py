"""Start a service with defects: ``python -m tests.faults.defects <folder> services.<name>``.

Every defect and every mishap is installed, and each is there while a file of its name lies in the folder that is
named like the service there: while that is empty, the service is as sound as ever.
"""

import runpy
import sys
from pathlib import Path

from tests.faults.defects import acknowledgement, headcount, inbox, relay
from tests.faults.defects.switches import Switches


def main() -> None:
    """Install everything, and become the service."""
    folder, service = sys.argv[1:]
    for defect in (inbox, relay, acknowledgement, headcount):
        defect.install(Switches(Path(folder) / service))
    sys.argv = [service]
    runpy.run_module(service, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
