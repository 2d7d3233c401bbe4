"""Footnote over HTTP: the contract of the API and the chat page, on Litestar and uvicorn."""
