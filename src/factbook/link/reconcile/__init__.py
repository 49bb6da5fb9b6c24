"""Reconciliation: match names in somebody's table against the graph (Reconciliation API 0.2).

>>> import factbook
>>> from factbook.link.reconcile import Service
>>> service = Service(factbook.open(), address="http://localhost:8000/reconcile")
>>> answer = service.reconcile({"q0": {"query": "A Name, Inc.", "limit": 3}})
>>> best = answer["q0"]["result"][:1]  # each with id, name, type, score, match and features

Each method takes and returns what the API sends as JSON, ready for whatever speaks HTTP.
"""

from __future__ import annotations

from factbook.link.reconcile.service import Service

__all__ = ["Service"]
