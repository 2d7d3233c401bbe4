"""Footnote with thousands of documents: throughput, memory, starts and latency, each beside a target."""
