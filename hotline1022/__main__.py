"""Lets `python -m hotline1022` be the command line."""

from hotline1022.service.cli.main import main

if __name__ == "__main__":
    main()
