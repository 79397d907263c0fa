"""One module per command: `configure(parser)` names its arguments, `run(arguments, settings)`
does the work and returns the exit code."""
