"""`python -m oms` works like `oms`."""

from oms.cli import main

if __name__ == "__main__":
    main()
