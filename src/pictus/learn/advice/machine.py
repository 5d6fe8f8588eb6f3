"""The machines that trainings are planned for."""

from dataclasses import dataclass

import torch

from pictus.learn.train.work import peak, peak_of

GIB = 2**30


@dataclass(frozen=True, slots=True)
class Machine:
    """Some GPUs of one kind."""

    name: str
    count: int
    memory_bytes: int  # of each, as torch sees it
    peak: float | None  # operations a second of each, in bfloat16; None where that is not known

    @property
    def title(self) -> str:
        """Name it as tables show it."""
        return f"{self.count} x {self.name}"


# A GPU sold with 80 GB shows torch about 79 GiB.
MACHINES = tuple(
    Machine(f"{name} 80 GB", count, 79 * GIB, peak_of(name)) for count in (1, 8) for name in ("A100", "H100")
)


def machines() -> tuple[Machine, ...]:
    """Give those that most trainings are planned for, and the GPUs of this machine."""
    if not torch.cuda.is_available():
        return MACHINES
    first = torch.device("cuda", 0)
    memory = torch.cuda.get_device_properties(first).total_memory
    own = Machine(torch.cuda.get_device_name(first), torch.cuda.device_count(), memory, peak(first))
    return (*MACHINES, own)
