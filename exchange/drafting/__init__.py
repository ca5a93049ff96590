"""Drafting the declaration of a new source from what it delivers: see exchange.new_source."""
