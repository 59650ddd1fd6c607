"""What a command says of an error: the error itself, and the option that helps."""

from kritiq_client.errors import TransportError, Unauthorized


def advised(error: Exception) -> str:
    """The error in words. Where the address or the key may be at fault, it says how to name another one; what is wrong
    with a file has its name.
    """
    told = str(error)
    if isinstance(error, Unauthorized):
        return f"{told} --api-key-file or KRITIQ_API_KEY gives the commands a key."
    if isinstance(error, TransportError) and not error.sent:
        return f"{told}. --url or KRITIQ_URL says where Kritiq is."
    if isinstance(error, OSError) and error.strerror:
        # Python's own words begin with a number.
        return f"{error.filename}: {error.strerror}." if error.filename is not None else f"{error.strerror}."
    return told
