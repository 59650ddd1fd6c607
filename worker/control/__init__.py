"""Remote control: what Celery's commands do in a worker of ours. Importing it registers them in place of Celery's own.

Each command works or answers why not. In a plain worker (`kritiq worker --plain`), whose consumer is Celery's own, its
own commands go on doing what they can.
"""

from worker.control import events, inspect, limits, revoke

__all__ = ["events", "inspect", "limits", "revoke"]
