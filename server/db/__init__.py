"""PostgreSQL: where it runs, its tables and migrations, transactions, and every line of SQL."""
