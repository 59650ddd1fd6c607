"""`python -m jobs`: the `kritiq` command, wherever its script is not on the PATH."""

from jobs.command import main

main()
