"""`python -m bench.faults`."""

from bench.faults.cli import faults_command

if __name__ == "__main__":
    faults_command()
