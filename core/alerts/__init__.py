"""What needs attention: facts of the moment, rules over them, and which alert names the cause."""
