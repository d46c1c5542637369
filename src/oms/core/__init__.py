"""Decisions, pure: frames and values in, a decision and its reasons out."""
