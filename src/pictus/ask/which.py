"""From what a user calls a model to the backend that can ask it."""

from pathlib import Path
from typing import Any

from pictus import plugins
from pictus.errors import PictusError


def backend_of(model: str) -> str:
    """Guess what can ask a model: a GGUF file, a folder of weights, or else a name that a server knows."""
    if model in plugins.names("backends"):
        return model
    path = Path(model)
    if model.endswith(".gguf"):
        return "llamacpp"
    if (path / "config.json").is_file():
        return "huggingface"
    if path.exists():
        inside = ", ".join(f"`{config.parent}`" for config in sorted(path.glob("*/model/config.json")))
        mend = "give a GGUF file, or a folder with `config.json`; or say `--backend`"
        if inside:  # the folder of a training, with a model for each stage
            mend = f"name one of its models: {inside}"
        raise PictusError("nothing here knows how to ask this", where=model, mend=mend)
    return "openai"


def model_named(name: str, backend: str | None, settings: dict[str, Any]) -> Any:
    """Make the backend for a model: a name, a file, a folder, `backend:name`, or a server's address."""
    prefix, colon, rest = name.partition(":")
    if backend is None and colon and prefix in plugins.names("backends"):
        backend, name = prefix, rest
    if backend is None and name.startswith(("http://", "https://")):
        backend, settings, name = "openai", {"base_url": name, **settings}, served_model(name)
    backend = backend or backend_of(name)
    if name != backend:
        settings = {"model": name, **settings}
    return plugins.load("backends", backend, settings)


def served_model(address: str) -> str:
    """Ask a server for its model; the first where it has several."""
    import asyncio

    import orjson

    from pictus.backends.openai import base_of
    from pictus.chat.connection import Connection
    from pictus.prompt import Fault

    async def get() -> bytes:
        connection = Connection(base_of(address), timeout_seconds=15)
        try:
            return (await connection.get("models"))[2]
        finally:
            await connection.close()

    try:
        return str(orjson.loads(asyncio.run(get()))["data"][0]["id"])
    except (Fault, orjson.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        mend = "is the server running? Else name the model: `--set model=NAME`"
        raise PictusError(f"the server does not say what model it has: {error}", where=address, mend=mend) from None
