"""The procedures by the names that a study file gives; pure."""

from app.adaptive.procedure import Procedure
from app.adaptive.psi import Psi
from app.adaptive.sweetspot import SweetSpotPsi
from app.adaptive.up_down import TwoDownOneUp

PROCEDURES: dict[str, Procedure] = {
    "psi-marginal": SweetSpotPsi(),
    "psi": Psi(),
    "two-down-one-up": TwoDownOneUp(),
}
USUAL = "psi-marginal"
