"""What comes at a shift's start, and once a week and a month: gathered, then said."""
