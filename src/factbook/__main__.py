"""Run the command line with `python -m factbook`."""

from factbook.cli import main

if __name__ == "__main__":
    main()
