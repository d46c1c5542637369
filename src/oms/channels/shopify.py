"""."""

from oms.channels.base import Reader

READERS: tuple[Reader, ...] = ()
