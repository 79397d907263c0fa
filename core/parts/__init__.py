"""Tables and charts of stops and states, made of plain values: for any answer that shows them."""
