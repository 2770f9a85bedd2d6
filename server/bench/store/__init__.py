"""How quick the store is with a province's ten years in it, on SQLite and on PostgreSQL."""
