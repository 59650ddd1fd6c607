"""`python -m ops`: the `kritiq` command, wherever its script is not on the PATH."""

from ops.command import main

main()
