"""Airflow in this test process: a home of its own, with our DAGs and our plugin.

Airflow reads most of this once, when something first imports it; so tests/conftest.py imports this before all else.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from demo.home import CHECKOUT

AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="hub-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)
os.environ |= {
    "AIRFLOW_HOME": str(AIRFLOW_HOME),
    "AIRFLOW__API_AUTH__JWT_SECRET": "een-geheim-voor-de-test-van-genoeg-tekens",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
    "AIRFLOW__CORE__DAGBAG_IMPORT_ERROR_TRACEBACKS": "False",
    "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "kijker:viewer,medewerker:user,beheer:op,baas:admin",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{AIRFLOW_HOME}/airflow.db",
}
