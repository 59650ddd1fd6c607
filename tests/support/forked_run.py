"""`python -m tests.support.forked_run`: `python -m ops` whose own processes are forked, see `tests.support.forked`."""

from ops import run
from ops.command import main
from tests.support.forked import ForkedProcess, fork_from_here

if __name__ == "__main__":
    fork_from_here()
    run.ChildProcess = ForkedProcess  # type: ignore[misc]
    main()
