"""The same answers for clients of OpenAI's API: ``GET /v1/models`` and ``POST /v1/chat/completions``."""
