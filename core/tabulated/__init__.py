"""A structured query over the facts: what may be asked, how it is read, how it is shown."""
