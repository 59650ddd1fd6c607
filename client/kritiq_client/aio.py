"""The asynchronous client: runs the same flows on `httpx.AsyncClient` and the event loop's time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from pathlib import Path
from types import GenericAlias, TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from kritiq_client import (
    batch_calls,
    change_calls,
    erasure_calls,
    feedback_calls,
    file_calls,
    job_calls,
    key_calls,
    link_calls,
    model_calls,
    operation_calls,
    restaurant_calls,
    retraining_calls,
    webhook_calls,
)
from kritiq_client.methods import answer_type, as_method, item_type
from kritiq_client.retrying import Core, Retries
from kritiq_client.shell import DEFAULT_URL, HTTPX_ERRORS, Shell, answer_of, failure_of, pieces, with_retries
from kritiq_client.steps import Close, Done, Emit, Flow, Open, Read, Send, Sleep, Step, Stream, advance
from kritiq_client.wires import AsyncWire

P = ParamSpec("P")
T = TypeVar("T")


def _call(
    flow: Callable[Concatenate[Core, P], Flow[T]],
) -> Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, T]]:
    """A flow as a method that returns its answer."""

    async def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> T:
        answer: T = await self._run(flow(self._core, *args, **kwargs))
        return answer

    return as_method(method, flow, owner="AsyncClient", returns=answer_type(flow))


def _iterator(
    stream: Callable[Concatenate[Core, P], Stream[T]],
) -> Callable[Concatenate["AsyncClient", P], AsyncIterator[T]]:
    """A stream as a method that returns an iterator. Close the iterator to hang up early."""

    def method(self: "AsyncClient", /, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self._iterate(stream(self._core, *args, **kwargs))

    items = GenericAlias(AsyncIterator, (item_type(stream),))
    return as_method(method, stream, owner="AsyncClient", returns=items)


class AsyncClient(Shell):
    """Kritiq over HTTP. Use it in an `async with`, or `await aclose()` it. Its calls are those of `Client`.

    `api_key` (`krt_…`) says whose reviews these are; without one, KRITIQ_API_KEY of the environment says it.
    `timeout_s` is how long the service may be silent, beside the waits that a call asks for. `http` is your own
    `httpx.AsyncClient`, with proxies or certificates, which stays yours to close.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = 10.0,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
        core: Core | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(url, headers, timeout_s, core or Core(retries=retries or Retries()), api_key)
        self._owned = http is None
        self._http = http or httpx.AsyncClient()
        self._sleep = sleep

    submit = _call(job_calls.submit)
    put = _call(job_calls.put)
    analyze = _call(job_calls.analyze)
    get = _call(job_calls.get)
    wait = _call(job_calls.wait)
    events = _iterator(job_calls.events)
    listen = _iterator(change_calls.listen)
    cancel = _call(job_calls.cancel)
    retry = _call(job_calls.retry)
    delete = _call(job_calls.delete)
    jobs = _iterator(job_calls.jobs)
    restaurants = _iterator(restaurant_calls.restaurants)
    summary = _call(restaurant_calls.summary)
    trend = _call(restaurant_calls.trend)
    restaurant_reviews = _iterator(restaurant_calls.restaurant_reviews)
    queue = _call(job_calls.queue)
    usage = _call(job_calls.usage)
    models = _call(model_calls.models)
    model_card = _call(model_calls.model_card)
    move_alias = _call(model_calls.move_alias)
    roll_out = _call(model_calls.roll_out)
    delete_alias = _call(model_calls.delete_alias)
    load_model = _call(operation_calls.load_model)
    unload_model = _call(operation_calls.unload_model)
    get_operation = _call(operation_calls.get_operation)
    wait_operation = _call(operation_calls.wait_operation)
    retrain = _call(retraining_calls.retrain)
    get_retraining = _call(retraining_calls.get_retraining)
    wait_retraining = _call(retraining_calls.wait_retraining)
    retraining_events = _iterator(retraining_calls.retraining_events)
    cancel_retraining = _call(retraining_calls.cancel_retraining)
    retrainings = _iterator(retraining_calls.retrainings)
    submit_batch = _call(batch_calls.submit_batch)
    submit_batch_body = _call(batch_calls.submit_batch_body)
    get_batch = _call(batch_calls.get_batch)
    batches = _iterator(batch_calls.batches)
    batch_lines = _iterator(batch_calls.batch_lines)
    batch_progress = _iterator(batch_calls.batch_progress)
    batch_events = _iterator(batch_calls.batch_events)
    batch_results = _iterator(batch_calls.batch_results)
    cancel_batch = _call(batch_calls.cancel_batch)
    retry_batch = _call(batch_calls.retry_batch)
    delete_batch = _call(batch_calls.delete_batch)
    give_feedback = _call(feedback_calls.give_feedback)
    give_line_feedback = _call(feedback_calls.give_line_feedback)
    get_feedback = _call(feedback_calls.get_feedback)
    get_line_feedback = _call(feedback_calls.get_line_feedback)
    feedback = _iterator(feedback_calls.feedback)
    feedback_examples = _iterator(feedback_calls.feedback_examples)
    feedback_queue = _call(feedback_calls.feedback_queue)
    delete_feedback = _call(feedback_calls.delete_feedback)
    delete_line_feedback = _call(feedback_calls.delete_line_feedback)
    erase = _call(erasure_calls.erase)
    get_erasure = _call(erasure_calls.get_erasure)
    wait_erasure = _call(erasure_calls.wait_erasure)
    erasures = _iterator(erasure_calls.erasures)
    export = _iterator(erasure_calls.export)
    upload_file = _call(file_calls.upload_file)
    files = _iterator(file_calls.files)
    get_file = _call(file_calls.get_file)
    file_content = _iterator(file_calls.file_content)
    delete_file = _call(file_calls.delete_file)
    submit_batch_file = _call(file_calls.submit_batch_file)
    add_endpoint = _call(webhook_calls.add_endpoint)
    endpoints = _call(webhook_calls.endpoints)
    get_endpoint = _call(webhook_calls.get_endpoint)
    change_endpoint = _call(webhook_calls.change_endpoint)
    delete_endpoint = _call(webhook_calls.delete_endpoint)
    enable_endpoint = _call(webhook_calls.enable_endpoint)
    ping_endpoint = _call(webhook_calls.ping_endpoint)
    rotate_endpoint = _call(webhook_calls.rotate_endpoint)
    recover_endpoint = _call(webhook_calls.recover_endpoint)
    rotate_webhook_secret = _call(webhook_calls.rotate_webhook_secret)
    make_webhook_link = _call(link_calls.make_webhook_link)
    webhook_links = _iterator(link_calls.webhook_links)
    get_webhook_link = _call(link_calls.get_webhook_link)
    revoke_webhook_link = _call(link_calls.revoke_webhook_link)
    deliveries = _iterator(webhook_calls.deliveries)
    get_delivery = _call(webhook_calls.get_delivery)
    replay_delivery = _call(webhook_calls.replay_delivery)
    make_key = _call(key_calls.make_key)
    keys = _call(key_calls.keys)
    get_key = _call(key_calls.get_key)
    rotate_key = _call(key_calls.rotate_key)
    revoke_key = _call(key_calls.revoke_key)

    def patient(self, **changes: Any) -> "AsyncClient":
        """The same connections with other `Retries`: `client.patient(total_s=600)`."""
        core = with_retries(self._core, changes)
        return AsyncClient(
            self._url,
            api_key="",
            headers=self._headers,
            timeout_s=self._timeout_s,
            http=self._http,
            core=core,
            sleep=self._sleep,
        )  # fmt: skip

    async def aclose(self) -> None:
        """Let go of all connections."""
        if self._owned:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _run(self, flow: Flow[T]) -> T:
        step = advance(flow)
        while not isinstance(step, Done):
            step = advance(flow, await self._outcome(step, AsyncWire()))
        value: T = step.value
        return value

    async def _iterate(self, flow: Stream[T]) -> AsyncIterator[T]:
        wire = AsyncWire()
        try:
            step = advance(flow)
            while not isinstance(step, Done):
                if isinstance(step, Emit):
                    yield step.item
                    step = advance(flow)
                else:
                    step = advance(flow, await self._outcome(step, wire))
        finally:
            flow.close()
            await wire.close()

    async def _content(self, file: Path) -> AsyncIterator[bytes]:
        for piece in pieces(file):
            yield piece

    async def _outcome(self, step: Step, wire: AsyncWire) -> object:
        try:
            match step:
                case Send(request):
                    response = await self._http.send(self._http.build_request(**self._arguments(request)))
                    return answer_of(response, response.content)
                case Open(request):
                    return await wire.open(
                        await self._http.send(self._http.build_request(**self._arguments(request)), stream=True)
                    )
                case Read():
                    return await wire.read()
                case Close():
                    await wire.close()
                case Sleep(seconds):
                    await self._sleep(seconds)
        except HTTPX_ERRORS as error:
            return failure_of(error)
        return None
