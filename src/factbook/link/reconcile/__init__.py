"""Reconciliation: match names in a table against the graph (Reconciliation Service API 0.2).

>>> import factbook
>>> from factbook.link.reconcile import Service
>>> service = Service(factbook.open(), address="http://localhost:8000/reconcile")
>>> answer = service.reconcile({"q0": {"query": "A Name, Inc.", "limit": 3}})
>>> best = answer["q0"]["result"][:1]  # each with id, name, type, score, match and features

Each method takes and returns the JSON of the API, ready for any HTTP server.
"""

from __future__ import annotations

from factbook.link.reconcile.service import Service

__all__ = ["Service"]
