"""What this machine lacks of what tests use, and who is left out for it: ``make test`` shows it before it starts."""

import importlib.util
import shutil

from browser import CHROMIUM

LACKS = {
    "tests/slurm": ""
    if shutil.which("slurmctld", path="/usr/sbin:/usr/bin")
    else "Slurm (apt install slurm-wlm munge)",
    "the tests that open pages": "" if CHROMIUM else "a browser (apt install chromium)",
    "the tests of the site": "" if importlib.util.find_spec("mkdocs") else "the tools of make docs (make docs)",
}

if __name__ == "__main__":
    for tests, lacking in LACKS.items():
        if lacking:
            print(f"make: left out: {tests}, for want of {lacking}")
