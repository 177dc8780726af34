"""A dry run of Snakemake that writes a line of JSON for each job: its rule, its files, and what it asks for.

python asked_jobs.py JOBS.jsonl ARGUMENTS OF SNAKEMAKE...
"""

import json
import sys
from pathlib import Path
from typing import Any

from snakemake.cli import main
from snakemake_interface_logger_plugins.common import LogEvent

from snakemake_logger_plugin_semispectral import LogHandler

FROM_PROFILE = ("mem_mb", "runtime")


def listed(record: Any) -> dict[str, Any]:
    """The job of a record."""
    asked = {name: record.resources.get(name) for name in FROM_PROFILE}
    numbers = {name: int(value) for name, value in asked.items() if str(value).isdecimal()}
    return {"rule": record.rule_name, "output": [str(path) for path in record.output or []], **numbers}


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="utf-8") as file:
        said = LogHandler.emit

        def emit(handler: LogHandler, record: Any) -> None:
            """Write a job, and say all else as usual."""
            if getattr(record, "event", None) == LogEvent.JOB_INFO:
                file.write(json.dumps(listed(record)) + "\n")
            else:
                said(handler, record)

        LogHandler.emit = emit  # type: ignore[method-assign]
        main([*sys.argv[2:], "--dry-run"])
