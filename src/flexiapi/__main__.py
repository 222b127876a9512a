"""`python -m flexiapi`: the same as the executable."""

from flexiapi.cli import main

main()
