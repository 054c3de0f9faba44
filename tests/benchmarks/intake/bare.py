"""The least that could take an application: a route, one document, the majority."""

import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.write_concern import WriteConcern


def app_on(mongo_url: str, database: str) -> FastAPI:
    """Make the application."""
    app = FastAPI()
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo_url)
    applications = client[database].get_collection(
        "applications", write_concern=WriteConcern(w="majority", j=True)
    )

    @app.post("/applications", status_code=201)
    async def apply(body: dict[str, Any]) -> dict[str, str]:
        inserted = await applications.insert_one(body)
        return {"application_id": str(inserted.inserted_id)}

    return app


if __name__ == "__main__":
    _, url, name, port = sys.argv
    uvicorn.run(app_on(url, name), port=int(port), log_level="warning", access_log=False)
