"""The engine that a command line names."""

from synthesis.bundle.errors import UserError
from synthesis.device import DeviceName
from synthesis.engines import Engine, EngineName


def make_engine(name: EngineName, device: DeviceName, workers: int | None, ray_address: str | None) -> Engine:
    """Raises `UserError` for a device that is not here, or options of the other engine."""
    if name == "ray":
        from synthesis.engines.ray import RayEngine

        return RayEngine(device, workers, ray_address)
    if ray_address:
        raise UserError("--ray-address goes with --engine ray")
    from synthesis.device import devices
    from synthesis.engines.local import local_engine

    return local_engine(devices(device), workers)
