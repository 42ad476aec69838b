"""Taking rows so that no two workers take the same one."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db import connections, models, transaction

Row = TypeVar("Row", bound=models.Model)


def claim(queryset: models.QuerySet[Row], limit: int) -> list[Row]:
    """Up to `limit` rows, locked until the transaction ends; rows others hold are passed over.

    Rows come in the queryset's order, else by primary key. Only the rows themselves are locked,
    not joined ones, and inserts that refer to them are not held up. On SQLite the write
    transaction (transaction_mode IMMEDIATE) keeps all others out already. Raises
    TransactionManagementError outside a transaction, on every database.
    """
    return list(_free(queryset, of=("self",))[:limit])


def claim_values(
    queryset: models.QuerySet[Any, tuple[Any, ...]], limit: int
) -> list[tuple[Any, ...]]:
    """The same where some columns of the rows are asked for; they must be of one table."""
    return list(_free(queryset)[:limit])


def _free(
    queryset: models.QuerySet[Any, Any], of: tuple[str, ...] = ()
) -> models.QuerySet[Any, Any]:
    connection = connections[queryset.db]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("rows can be claimed in a transaction only")
    rows = queryset if queryset.ordered else queryset.order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(skip_locked=True, no_key=True, of=of)
    return rows
