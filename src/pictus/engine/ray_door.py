"""The door of a Ray cluster that exists: where it is, whether somebody answers, and whether our token opens it.

Ray itself waits half a minute before a door that stays shut, and then says no more than that it could not connect: why
stands in a log at best. So we knock first, by the question that its own programs ask, which is answered at once.
"""

import os
from pathlib import Path
from typing import Any

from pictus.errors import PictusError

RAY = "ray"  # as an engine: the cluster of this machine, or the one that RAY_ADDRESS names
CLIENT = "ray://"  # the beginning of the address of a cluster's port for clients
_HEAD_ASKED, _CLIENT_ASKED = "/ray.rpc.NodeInfoGcsService/CheckAlive", "/ray.rpc.RayletDriver/ClusterInfo"
_SECONDS = 30.0  # a busy head takes its time
_TOKEN, _TOKEN_FILE, _MODE = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE"
_OTHER_WAYS = ("RAY_USE_TLS", "RAY_ENABLE_K8S_TOKEN_AUTH")
_SET_TOKEN = (
    f"`ray get-auth-token` on the cluster's head prints it: put it into ~/.ray/auth_token on this machine and on each "
    f"of the cluster, or into a file that {_TOKEN_FILE} names, or into {_TOKEN}"
)


def is_ray(engine: str) -> bool:
    """Say whether an engine is a Ray cluster."""
    return engine == RAY or engine.startswith(CLIENT)


def address_of(engine: str) -> str:
    """Give the address that Ray is told: "auto" where Ray finds its cluster on this machine by itself."""
    return engine if engine != RAY else os.environ.get("RAY_ADDRESS") or _running_here() or "auto"


def knock(engine: str) -> None:
    """Refuse a cluster that does not answer, or does not let us in; have Ray show our token where it is wanted."""
    address = address_of(engine)
    if address == "auto" or any(os.environ.get(name, "0").lower() in ("1", "true") for name in _OTHER_WAYS):
        return  # where it is, or how to speak to it, only Ray itself finds out
    refused = _refusal(address)
    if refused is None:
        return
    if os.environ.get(_MODE, "token").lower() != "token":
        what = f"the Ray cluster wants a token, and {_MODE}={os.environ[_MODE]} keeps yours from being shown"
        raise PictusError(f"{what} ({refused})", where=address, mend=f"set {_MODE}=token")
    token, origin = _token()
    if not token:
        raise PictusError(
            f"the Ray cluster wants a token, and there is none here ({refused})", where=address, mend=_SET_TOKEN
        )
    if refused := _refusal(address, token):
        raise PictusError(
            f"the Ray cluster does not take the token in {origin} ({refused})", where=address, mend=_SET_TOKEN
        )
    # For an address that is given Ray shows no token, even where there is one, unless this says so.
    os.environ.setdefault(_MODE, "token")


def _refusal(address: str, token: str = "") -> str | None:
    """Ask whether the cluster lives; give what it says where it wants another token, and None where it is content."""
    grpc = _grpc()
    target = address.removeprefix(CLIENT).partition("/")[0].partition("?")[0]
    asked = _CLIENT_ASKED if address.startswith(CLIENT) else _HEAD_ASKED
    shown = [("authorization", f"Bearer {token}")] if token else []
    with grpc.insecure_channel(target, options=[("grpc.enable_http_proxy", 0)]) as channel:  # as Ray does
        try:
            channel.unary_unary(asked)(b"", timeout=_SECONDS, metadata=shown)
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                return str(error.details())
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                raise _nobody(address, error.details()) from None
    return None  # whatever else it says: it listened


def _nobody(address: str, details: str) -> PictusError:
    port = "10001, unless --ray-client-server-port says another" if address.startswith(CLIENT) else "6379"
    return PictusError(
        f"no Ray cluster answers: {details}",
        where=address,
        mend=f"check the address, and that the port can be reached (by default {port}); {start_one()}",
    )


def start_one() -> str:
    """Say how a cluster is started; we never start one unasked."""
    return "`ray start --head` starts one on this machine, `ray start --address=HEAD:6379` adds another machine"


def _token() -> tuple[str, str]:
    """Find the token where Ray looks for it, in its order, and say where."""
    if token := os.environ.get(_TOKEN, "").strip():
        return token, _TOKEN
    named = os.environ.get(_TOKEN_FILE)
    path = Path(named) if named else Path.home() / ".ray" / "auth_token"
    try:
        return path.read_text("utf-8").strip(), str(path)
    except OSError as error:
        if named:
            mend = f"let {_TOKEN_FILE} name a file with the cluster's token"
            raise PictusError(f"the token cannot be read: {error.strerror}", where=named, mend=mend) from None
        return "", ""


def _running_here() -> str | None:
    """Read where the last cluster of this machine was started, as Ray notes it."""
    folder = os.environ.get("RAY_TMPDIR") or "/tmp"
    try:
        return Path(folder, "ray", "ray_current_cluster").read_text("utf-8").strip() or None
    except OSError:
        return None


def _grpc() -> Any:
    try:
        import grpc  # of the extra `ray`
    except ImportError:
        raise not_installed() from None
    return grpc


def not_installed() -> PictusError:
    """Say how to install Ray."""
    return PictusError("Ray is not installed", where="--engine", mend="pip install 'pictus[ray]'")
