"""Tasks on this machine, in processes that are forked when all that the verbs need has been imported.

A task is a process of its own: without this each would import the hub anew, and each that assesses Great
Expectations too, which takes more seconds than most verbs do. A new version of the hub, of a contract or of a code
list therefore needs a new start of the scheduler; the declarations of sources are read again by each task.
"""

import importlib

from airflow.executors.local_executor import LocalExecutor

NEEDED = ("dags.tasks", "dags.building", "connectors.formats.xlsx", "quality.gx")


class PreloadedExecutor(LocalExecutor):
    """As LocalExecutor. Its name for `[core] executor` is dags.executor.PreloadedExecutor."""

    def start(self) -> None:
        """Import, read contracts and code lists once, and start the workers."""
        preload()
        super().start()


def preload() -> None:
    """Import what a task of ours needs, the connectors that the declarations name with it."""
    for name in NEEDED:  # not at the head of this file: whoever else asks which executor there is needs none of it
        importlib.import_module(name)
    importlib.import_module("dags.building").sound()
