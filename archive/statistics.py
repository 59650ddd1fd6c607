"""What SQLite is told of the tables: how many rows a year has, and how many of them are alike.

It does not count by itself, and would believe of the rows of an organisation that they are ten.
"""

from collections.abc import Mapping

from sqlalchemy import Connection

#: A table and its index -> how many rows there are, and how many on average have the same first column of the index,
#: the same first two, and so on. The indexes of primary keys are called as SQLite does.
STATISTICS: Mapping[tuple[str, str], str] = {
    ("reviews", "sqlite_autoindex_reviews_1"): "1000000 1000000 1 1",
    ("reviews", "reviews_by_restaurant"): "1000000 1000000 1000 3 1 1",
    ("reviews", "reviews_by_day"): "1000000 1000000 3000 1 1",
    ("reviews", "reviews_by_creation"): "700000 700000 2 1",
    ("reviews", "reviews_by_batch"): "300000 300000 1000 1",
    ("reviews", "reviews_by_author"): "1000000 1000000 10 1",
    ("reviews", "reviews_of_lines"): "300000 300000 300 100",
    ("reviews", "reviews_to_forget"): "1000000 2",
    ("sentences", "sqlite_autoindex_sentences_1"): "3000000 3000000 3 3 1",
    ("opinions", "sqlite_autoindex_opinions_1"): "4500000 4500000 5 5 2 1",
    ("opinions", "opinions_by_restaurant"): "4500000 4500000 4500 13 3 2",
    ("feedback", "sqlite_autoindex_feedback_1"): "30000 30000 2 2 1 1",
    ("feedback", "feedback_by_person"): "30000 30000 1000",
    ("daily", "sqlite_autoindex_daily_1"): "3000000 3000000 3000 9 3 1",
    ("daily_totals", "sqlite_autoindex_daily_totals_1"): "5000 5000 15 3 1",
    ("monthly", "sqlite_autoindex_monthly_1"): "180000 180000 36000 3000 3 1",
    ("authors", "sqlite_autoindex_authors_1"): "300000 300000 1",
    ("authors", "authors_by_reviews"): "300000 300000 10000",
    ("batches", "sqlite_autoindex_batches_1"): "3000 3000 1",
    ("batches", "batches_by_creation"): "3000 3000 1",
}


def tell_statistics(connection: Connection) -> None:
    """Tell it; PostgreSQL counts for itself."""
    if connection.dialect.name != "sqlite":
        return
    # Makes the table, and reads no other one.
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    connection.exec_driver_sql("DELETE FROM sqlite_stat1")
    rows = [(table, index, stat) for (table, index), stat in STATISTICS.items()]
    connection.exec_driver_sql("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", rows)
    # Plans are made by it from now on.
    connection.exec_driver_sql("ANALYZE sqlite_schema")
