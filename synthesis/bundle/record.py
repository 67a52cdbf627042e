"""What all parts of a manifest are: frozen, and refused with fields that are not theirs."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())
