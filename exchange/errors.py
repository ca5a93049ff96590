"""Errors named by what their catcher must do.

DeclarationError    our own declaration is wrong: fail at once, one line with file, key and cure
SourceUnavailable   the outside is down: try again later
SourceRefused       the outside refuses us: tell the owner of the source, trying again cures nothing
DeliveryRefused     the delivery as a whole cannot be judged: answered to the sender, the task stays green
WarehouseError      our database refuses: keeps the SQLSTATE, never a value
"""

from connectors.errors import DeclarationError, DeliveryRefused, SourceRefused, SourceUnavailable
from warehouse.errors import WarehouseError

__all__ = ["DeclarationError", "DeliveryRefused", "SourceRefused", "SourceUnavailable", "WarehouseError"]
