"""The same question about many things, some at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def in_order(work: Callable[[T], R], items: Iterable[T], parallel: int) -> Iterator[R]:
    """work(item) for each item, `parallel` at a time, in the order of the items; holds few at once."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(parallel, thread_name_prefix="source") as pool:
        try:
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) >= 4 * parallel:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
