"""The public contract over HTTP: the AsyncAPI document, and the page on which a person can read it.

The page's assets are shipped with it: nothing is fetched from elsewhere.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import Response
from fastapi.responses import HTMLResponse

from shared.contract.asyncapi import document
from shared.web.app import router as new_router
from shared.web.identity import ANYONE
from shared.web.problems import NotFound

router = new_router()

VIEWER: Final = "asyncapi-react-3.2.1"
ASSETS: Final = {f"{VIEWER}.js": "text/javascript", f"{VIEWER}.css": "text/css"}
FOR_GOOD: Final = "public, max-age=31536000, immutable"
"""An asset's name has its version in it."""

# Addresses are relative: before ours a gateway may put a path.
PAGE: Final = f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Enmusubi events</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="events/assets/{VIEWER}.css">
</head>
<body>
<main id="events"><p>The events are in <a href="asyncapi.json">asyncapi.json</a>; this page shows them with JavaScript.</p></main>
<script src="events/assets/{VIEWER}.js"></script>
<script>
AsyncApiStandalone.render(
  {{schema: {{url: "asyncapi.json"}}, config: {{show: {{sidebar: true, errors: true}}, expand: {{messageExamples: false}}}}}},
  document.getElementById("events"),
);
</script>
</body>
</html>
"""


@router.get(
    "/asyncapi.json",
    tags=["contract"],
    dependencies=[ANYONE],
    response_model=dict[str, Any],
    response_description="The AsyncAPI document",
)
async def asyncapi() -> Response:
    """Show every event that services publish or read, as AsyncAPI 3.0. `/events` is the same for people."""
    return Response(_document(), media_type="application/json")


@router.get("/events", dependencies=[ANYONE], include_in_schema=False)
async def page() -> HTMLResponse:
    """Show the events to a person."""
    return HTMLResponse(PAGE)


@router.get("/events/assets/{name}", dependencies=[ANYONE], include_in_schema=False)
async def asset(name: str) -> Response:
    """Give the page what it is made of."""
    if name not in ASSETS:
        raise NotFound("no such asset")
    headers = {"Content-Encoding": "gzip", "Cache-Control": FOR_GOOD}
    return Response(_asset(name), media_type=ASSETS[name], headers=headers)


@cache
def _document() -> bytes:
    return json.dumps(document(), ensure_ascii=False).encode()


@cache
def _asset(name: str) -> bytes:
    return files("services.intake").joinpath("viewer", f"{name}.gz").read_bytes()
