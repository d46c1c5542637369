"""`oms`: every channel's orders, one stock, one way out, from files on your own machine."""

__version__ = "0.1.0"
