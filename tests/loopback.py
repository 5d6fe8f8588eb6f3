"""A server in a thread of this process, on a port of its own."""

import asyncio
import contextlib
import socket
import threading


@contextlib.contextmanager
def in_thread(serve, *, host="127.0.0.1"):
    """Serve until the end of the block, and give the port.

    Args:
        serve: takes the listening socket and what to call when it is ready; it is cancelled at the end.
        host: where it listens.
    """
    listening = socket.create_server((host, 0), backlog=2048)
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(lambda *_: None)  # clients leave in the middle, and some tests are about that
    up = threading.Event()

    def run():
        asyncio.set_event_loop(loop)
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
        left = asyncio.all_tasks(loop)
        for one in left:
            one.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    task = loop.create_task(serve(listening, up.set))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert up.wait(10)
    try:
        yield listening.getsockname()[1]
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
