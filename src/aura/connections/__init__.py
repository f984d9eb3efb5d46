"""Connections: streams, sessions, and event streams, without input or output of their own."""
