"""What several tools share: assets measured in a period, and what is made of that."""
