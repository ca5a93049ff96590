"""A Celery worker imports this (`imports` in its settings) before it forks the processes that run tasks.

So its tasks start as warm as those of the PreloadedExecutor; a new version of the hub needs a new start of the worker.
"""

from dags.executor import preload

preload()
