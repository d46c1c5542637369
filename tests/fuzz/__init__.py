"""Damaged, odd and malicious files: whatever comes in, nothing crashes and no row is lost in silence."""
