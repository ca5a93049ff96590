"""Who may see what, by the rights that Airflow's auth manager gives: no list of names or roles of our own.

marts, data docs, incidents   whoever is logged in, a viewer too: figures, never a person
a mart of one row per child   who may see connections (op, admin)
retourberichten of a source   who may see connections, or may act on the DAG of that source. To see that DAG is not
                              enough: each viewer sees each DAG, and an answer holds a sender's own keys and faults.
"""

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails


def may_see_everything(user: BaseUser) -> bool:
    """Whether this is an op or an admin, by whatever name."""
    return bool(get_auth_manager().is_authorized_connection(method="GET", user=user))


def may_see_answers(user: BaseUser, source: str) -> bool:
    """Whether the answers to this source are for this user."""
    if may_see_everything(user):
        return True
    return bool(get_auth_manager().is_authorized_dag(method="PUT", details=DagDetails(id=source), user=user))
