"""Numbers of things as commands say them."""


def counted(count: int, thing: str, several: str | None = None) -> str:
    """`1 line`, `2 lines`; `several` where the plural is another."""
    return f"{count} {thing if count == 1 else several or f'{thing}s'}"
