"""One form for the log lines of all processes of a server, so that one stream of them can be read.

No names, addresses or SDP of people stand in any line; what a line needs to be found again is a code or a number.
"""

from __future__ import annotations

import logging
import sys

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def configure() -> None:
    """Log to the error output from INFO on; libraries that tell every step from WARNING on."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format=FORMAT)
    for chatty in ("alembic", "aioice", "aiortc", "engineio", "socketio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
