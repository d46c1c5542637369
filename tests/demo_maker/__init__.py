"""Makes the files of `oms demo`: an invented shop, invented people, real shapes. Not shipped."""
