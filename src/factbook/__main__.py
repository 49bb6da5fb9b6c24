"""Make `python -m factbook` the command line."""

from factbook.cli import main

if __name__ == "__main__":
    main()
