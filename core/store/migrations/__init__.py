"""The store's migrations, run by core.store.migrate."""
