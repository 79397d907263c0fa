"""A SQL Server at its wire: TDS 7.4 as Microsoft's own ODBC driver speaks it, over DuckDB.

    async with FakeSqlServer() as server:
        server.database.load(sqlite_file)
        …  # mssql+pyodbc://andon:secret@127.0.0.1:{server.port}/plant?TrustServerCertificate=yes
        server.fault = "deadlock"   # strikes the next statement; `lasting` every one

It proves the wire, types, parameters, time-outs and errors, and that the statements are T-SQL as
sqlglot knows it, with the rules in translate.py. It does not prove T-SQL's semantics.
"""

from tests.fakes.tds.database import Database
from tests.fakes.tds.server import FakeSqlServer, Fault

__all__ = ["Database", "FakeSqlServer", "Fault"]
