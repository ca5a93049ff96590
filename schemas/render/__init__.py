"""What is derived from a contract: tables, XSD, JSON Schema, ODCS, documentation."""
