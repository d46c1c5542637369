"""SQLite, one file, one writer: rows to frames and back. No rules live here; what must hold is a CHECK or a key."""
