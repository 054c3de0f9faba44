"""E-mail addresses, as a caller types them in."""

from typing import Annotated

from pydantic import EmailStr, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError


def _an_address(value: object, read: ValidatorFunctionWrapHandler) -> str:
    """Refuse with words of our own: the library's repeat parts of the address, and it also takes ``Name <address>``."""
    try:
        if isinstance(value, str) and "<" not in value:
            return str(read(value))
    except ValueError:  # pydantic's own errors are such, too
        pass
    raise PydanticCustomError("email", "Input should be an e-mail address, such as lukasz@example.org")


Email = Annotated[EmailStr, WrapValidator(_an_address)]
"""An e-mail address. Whether it can be reached is not asked; the part after the @ is made lower-case."""
