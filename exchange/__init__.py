"""The verbs of the hub: receive, validate, merge, publish. No Airflow here."""
