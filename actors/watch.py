"""What if the raylet, the parent of all workers of a node, is killed? Its workers do not notice.

To the rest of the cluster they are dead then, and their leases run out. One that went on would
hold its browser for ever.
"""

from __future__ import annotations

import os
import threading
import time

EVERY_S = 1.0


def end_with_parent(every_s: float = EVERY_S) -> None:
    """Ends this process within *every_s* of its parent, whatever it is doing; returns at once.

    A thread asks, because an event loop can hang, and the kernel's own signal (PR_SET_PDEATHSIG)
    comes already when the one thread ends that started us.
    """
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(every_s)
        os._exit(1)

    threading.Thread(target=watch, name="watch-raylet", daemon=True).start()
