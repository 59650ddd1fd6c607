"""Where traces go: to an OpenTelemetry collector, if the operator names one."""

from telemetry.traces import Tracer


def open_tracer(endpoint: str, *, process: str, name: str) -> Tracer:
    """The tracer of a process that is called `name`: it sends to the collector at `endpoint`; empty: nothing."""
    if not endpoint:
        return Tracer()
    # Whoever wants no traces loads none of it.
    from telemetry.otlp import open_otlp

    return open_otlp(endpoint, process=process, name=name)
