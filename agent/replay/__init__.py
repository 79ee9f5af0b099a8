"""Recorded conversations, replayed through the real graph."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object: a turn, a reply, a request to a model or its answer."""
