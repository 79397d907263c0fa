"""Statements that a language model wrote, behind four walls, each of which stands by itself:

`checked` (what the statement may say), `login` (a connection that can only read, and only the
mapped tables), `scoped` (every table is a view on what the asker may see) and `bounded` (time,
rows and bytes). docs/model.md tells the administrator, decision 8 why.
"""
