"""What an operator sees of a running server: logs, metrics, traces. None of it holds what is asked or found."""
