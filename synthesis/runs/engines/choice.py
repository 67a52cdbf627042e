"""The engine that a command line names."""

from synthesis.common.errors import UserError
from synthesis.process.device import DeviceName
from synthesis.runs.engines import EngineName, RunEngine


def make_engine(
    name: EngineName, device: DeviceName, workers: int | None, ray_address: str | None
) -> RunEngine:
    """Raises `UserError` for a device that is not here, or options of the other engine."""
    if name == "ray":
        from synthesis.runs.engines.ray import RayEngine

        return RayEngine(device, workers, ray_address)
    if ray_address:
        raise UserError("--ray-address goes with --engine ray")
    from synthesis.process.device import devices
    from synthesis.runs.engines.local import local_engine

    return local_engine(devices(device), workers)
