"""`python -m tests.integration.way.forked_faults`: `python -m bench.faults` whose processes are forked, see
`tests.support.forked`: those that it kills are up again sooner, and are killed more often.
"""

from bench.faults import cluster
from bench.faults.cli import faults_command
from tests.support.forked import ForkedProcess, fork_from_here

if __name__ == "__main__":
    fork_from_here()
    cluster.ChildProcess = ForkedProcess
    faults_command()
