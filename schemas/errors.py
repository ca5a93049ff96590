"""What can be wrong with our own declarations. A fault of a sender is data: see `faults`."""


class ContractError(Exception):
    """A contract, code list or catalogue of ours is wrong: one line with file, key and cure. Fail at once."""

    def __init__(self, file: str, key: str, cure: str) -> None:
        super().__init__(f"{file}: {key}: {cure}" if key else f"{file}: {cure}")
        self.file = file
        self.key = key
        self.cure = cure
