"""`python -m tiji` is the `tiji` command."""

from tiji.cli.main import main

main()
