"""`python -m pictus` is `pictus`."""

from pictus.cli import main

main()
