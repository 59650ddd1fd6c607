"""What a command says of an error: the error itself, and the option that helps."""

from kritiq_client.errors import TransportError, Unauthorized


def advised(error: Exception) -> str:
    """The error in words. Where the address or the key may be at fault, it says how to name another one."""
    told = str(error)
    if isinstance(error, Unauthorized):
        return f"{told} --api-key-file or KRITIQ_API_KEY gives the commands a key."
    if isinstance(error, TransportError) and not error.sent:
        return f"{told}. --url or KRITIQ_URL says where Kritiq is."
    return told
