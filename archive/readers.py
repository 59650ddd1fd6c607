"""Which roles of PostgreSQL see which organisations' rows: row-level security on all tables that have an organisation.

Who owns the tables, as `kritiq archive` does that made them, sees and writes all; of anybody else `kritiq_readers` says
what they see, and they see nothing that it does not say.
"""

from sqlalchemy import Connection

from archive.tables import OF_REVIEWS, SUMS

#: Whoever has it in `kritiq_readers` sees every organisation.
EVERY = "*"
#: Evaluated once for a statement, not for each row.
_OWN = "ARRAY(SELECT kritiq_readers.tenant FROM kritiq_readers WHERE role = CURRENT_USER)"


def protect(connection: Connection) -> None:
    """Make the table and the policies, in PostgreSQL; done again it changes nothing."""
    if connection.dialect.name != "postgresql":
        return
    statements = [
        "CREATE TABLE IF NOT EXISTS kritiq_readers (role VARCHAR, tenant VARCHAR, PRIMARY KEY (role, tenant))",
        "GRANT SELECT ON kritiq_readers TO PUBLIC",
        *_policy("kritiq_readers", "role = CURRENT_USER"),
    ]
    for table in (*OF_REVIEWS, *SUMS):
        statements += _policy(table.name, f"tenant = ANY ({_OWN}) OR '{EVERY}' = ANY ({_OWN})")
    for statement in statements:
        connection.exec_driver_sql(statement)


def _policy(table: str, sees: str) -> list[str]:
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS readers ON {table}",
        f"CREATE POLICY readers ON {table} FOR SELECT USING ({sees})",
    ]
