"""Celery's own tasks that call another one for many arguments in a row: a bundle of reviews, for a task of ours."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from celery.exceptions import NotRegistered

from jobs.bundle import MOST_LONG, MOST_REVIEWS, Bundle
from jobs.request import Form, JobRequest, Priority
from jobs.review_call import ReviewCall, analyze
from store import queues


def mapped(argument: Any) -> ReviewCall:
    """`celery.map`: an argument for each call."""
    return analyze(argument)


def spread(arguments: Iterable[Any]) -> ReviewCall:
    """`celery.starmap`: a list of arguments for each call."""
    return analyze(*arguments)


#: How each of these tasks calls ours. A client makes `celery.starmap` of its `chunks`, one for each of these.
TASKS: Mapping[str, Callable[[Any], ReviewCall]] = {"celery.map": mapped, "celery.starmap": spread}


def bundle(
    call: Callable[[Any], ReviewCall], args: Sequence[Any], kwargs: Mapping[str, Any], priority: Priority, most: int
) -> tuple[ReviewCall, Bundle]:
    """What such a task asks for, as a job and as its reviews, which have this priority unless they say one themselves.

    `most`: characters of one review. Raises NotRegistered for another task than ours, and TypeError and ValueError.
    """
    task, items = _arguments(*args, **kwargs)
    if task not in (queues.ANALYZE, queues.REVIEW):
        raise NotRegistered(task)
    if len(items) > MOST_REVIEWS:
        raise ValueError(f"{len(items)} reviews are too many for one task: at most {MOST_REVIEWS} are taken")
    calls = [_called(call, item, number) for number, item in enumerate(items, 1)]
    reviews = list[tuple[str, JobRequest]]()
    for number, each in enumerate(calls, 1):
        if len(each.text) > most:
            raise ValueError(f"review {number}: text has {len(each.text)} characters, at most {most} are taken")
        asked = each.request if each.prioritized else replace(each.request, priority=priority)
        reviews.append((each.text, asked))
    if (characters := sum(len(text) for text, _ in reviews)) > MOST_LONG * most:
        raise ValueError(f"all texts have {characters} characters, at most {MOST_LONG * most} are taken in one task")
    found = Bundle(reviews=reviews)
    # Its answer is kept no longer than each of its reviews.
    ttl_s = min((asked.ttl_s for _, asked in reviews if asked.ttl_s is not None), default=None)
    asked = JobRequest(form=Form.BUNDLE, priority=priority, ttl_s=ttl_s)
    return ReviewCall(text=found.encode(), request=asked, prioritized=True), found


def _arguments(task: Any, it: Any) -> tuple[str, Sequence[Any]]:
    """The name of the task, and what it is called with; the names are those of Celery's own signature."""
    name = task.get("task") if isinstance(task, Mapping) else task
    if not isinstance(name, str):
        raise TypeError(f"task must be a signature, not {type(task).__name__}")
    if not isinstance(it, list | tuple):
        raise TypeError(f"it must be a list, not {type(it).__name__}")
    return name, it


def _called(call: Callable[[Any], ReviewCall], item: Any, number: int) -> ReviewCall:
    try:
        return call(item)
    except TypeError as error:
        raise TypeError(f"review {number}: {error}") from None
    except ValueError as error:
        raise ValueError(f"review {number}: {error}") from None
