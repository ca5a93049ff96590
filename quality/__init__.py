"""How good a delivery and the warehouse are, as a whole. Never judges one record, and never sees one."""
