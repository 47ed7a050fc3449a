"""The database: engine, session, types, locks, migrations. Knows nothing of firms."""
