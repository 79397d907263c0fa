"""A folder of CSV, XLSX and Parquet files as a source: read in once per change, asked by DuckDB."""
