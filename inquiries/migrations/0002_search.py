"""Full-text search beside the search entries, each database in its own way.

PostgreSQL: a stored tsvector of the entry's terms (already split into character pairs, so no
parser and no locale is involved) with a GIN
index for each audience. SQLite: an FTS5 table over the entries, kept
by triggers. A later migration that rebuilds the entries' table on SQLite must make the triggers
again.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    """
    CREATE VIRTUAL TABLE inquiries_search_fts
    USING fts5(terms, content='inquiries_searchentry', content_rowid='id',
               tokenize="unicode61 remove_diacritics 0")
    """,
    """
    CREATE TRIGGER inquiries_search_insert AFTER INSERT ON inquiries_searchentry BEGIN
        INSERT INTO inquiries_search_fts(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
    """
    CREATE TRIGGER inquiries_search_delete AFTER DELETE ON inquiries_searchentry BEGIN
        INSERT INTO inquiries_search_fts(inquiries_search_fts, rowid, terms)
        VALUES ('delete', old.id, old.terms);
    END
    """,
    """
    CREATE TRIGGER inquiries_search_update AFTER UPDATE ON inquiries_searchentry BEGIN
        INSERT INTO inquiries_search_fts(inquiries_search_fts, rowid, terms)
        VALUES ('delete', old.id, old.terms);
        INSERT INTO inquiries_search_fts(rowid, terms) VALUES (new.id, new.terms);
    END
    """,
]
POSTGRESQL = [
    """
    ALTER TABLE inquiries_searchentry ADD COLUMN vector tsvector GENERATED ALWAYS AS
    (array_to_tsvector(array_remove(string_to_array(terms, ' '), ''))) STORED
    """,
    "CREATE INDEX inquiries_search_desk ON inquiries_searchentry USING gin (vector)"
    " WHERE scope = 'desk'",
    "CREATE INDEX inquiries_search_public ON inquiries_searchentry USING gin (vector)"
    " WHERE scope = 'public'",
]
UNDO_SQLITE = [
    "DROP TRIGGER inquiries_search_insert",
    "DROP TRIGGER inquiries_search_delete",
    "DROP TRIGGER inquiries_search_update",
    "DROP TABLE inquiries_search_fts",
]
UNDO_POSTGRESQL = ["ALTER TABLE inquiries_searchentry DROP COLUMN vector"]


def _run(editor: BaseDatabaseSchemaEditor, sqlite: list[str], postgresql: list[str]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement)


def build(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, SQLITE, POSTGRESQL)


def tear_down(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, UNDO_SQLITE, UNDO_POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("inquiries", "0001_initial")]

    operations = [migrations.RunPython(build, tear_down)]
