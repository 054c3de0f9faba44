"""Views: what an answer shows of a document."""

from typing import Any, Self

from shared.events.value import Value


class View(Value):
    """Shows fields of a document under their own names."""

    @classmethod
    def showing(cls, document: object, **others: Any) -> Self:
        """Show a document: each field that is not among ``others`` is the document's own."""
        own = {name: getattr(document, name) for name in cls.model_fields if name not in others}
        return cls(**own, **others)
