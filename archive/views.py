"""Views of the archive's tables: which versions of models judged."""

from collections.abc import Mapping

from sqlalchemy import Connection

#: From which PostgreSQL on a view shows those rows alone that whoever asks may see (`archive.readers`).
_FIRST_THAT_ASKS_AS_READER = (15,)

#: Name -> what it selects.
VIEWS: Mapping[str, str] = {
    "models": """
        SELECT tenant, model, model_version, MIN(day) AS first_day, MAX(day) AS last_day, COUNT(*) AS reviews,
               MIN(finished_at) AS first_judged_at, MAX(finished_at) AS last_judged_at
        FROM reviews
        WHERE model IS NOT NULL AND status = 'succeeded'
        GROUP BY tenant, model, model_version
    """,
}


def make_views(connection: Connection) -> None:
    """Make them anew. An older PostgreSQL would show everybody all rows: there are none there."""
    drop_views(connection)
    as_reader = ""
    if connection.dialect.name == "postgresql":
        if (connection.dialect.server_version_info or (0,)) < _FIRST_THAT_ASKS_AS_READER:
            return
        as_reader = " WITH (security_invoker = true)"
    for name, select in VIEWS.items():
        connection.exec_driver_sql(f"CREATE VIEW {name}{as_reader} AS {select.strip()}")


def drop_views(connection: Connection) -> None:
    """Take them away."""
    for name in VIEWS:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
