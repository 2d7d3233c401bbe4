"""Fault injection: real servers and commands are killed and starved, and must have lost nothing."""
