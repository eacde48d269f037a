"""`python -m sensors.inbox --settings FILE`: the callback endpoint as a process.

The JSON file holds `database_url`, `port`, `tokens` ({bearer token: force}) and maybe `host`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from sensors.inbox.app import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="sensors.inbox", description="Receive callbacks.")
    parser.add_argument("--settings", type=Path, required=True, help="JSON, see the module")
    given = json.loads(parser.parse_args(arguments).settings.read_text())
    serve(
        given["database_url"],
        given["port"],
        given["tokens"],
        host=given.get("host", "127.0.0.1"),
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
