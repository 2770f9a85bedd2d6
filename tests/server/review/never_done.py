"""Work that is begun and never done, as a process of its own: `python -m tests.server.review.never_done`."""

import signal

print("0.5", flush=True)
signal.pause()
