"""The process that imports TensorFlow, and of which training processes are copies.

To import TensorFlow takes a second or more and some 300 MB. A process that has imported it and not
used it yet can be forked: the copy starts at once, and shares that memory. A process that uses
TensorFlow cannot: its threads would be missing. Elsewhere than on Linux there is no template, and
every training process imports for itself.
"""

import _thread
import gc
import importlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import Listener
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from typing import Any

from lossbench.training.lean_import import import_lean
from lossbench.training.startup import without_log_messages

_starting = threading.RLock()
_has_imported = threading.Event()
# Before these versions, any user of the machine could reach a server that forks (CVE-2022-42919).
SAFE = sys.version_info >= (3, 11, 1) or (3, 10, 9) <= sys.version_info < (3, 11)
# The second warning comes from Python 3.12 on, of the threads that NumPy's BLAS has.
FLAGS = (
    *("-I", "-W", "ignore:resource_tracker:UserWarning"),
    *("-W", "ignore:This process (pid=:DeprecationWarning"),
)
# What draws a result needs these. Imported here, they are imported once for all processes.
OF_PICTURES = ("matplotlib.figure", "matplotlib.backends.backend_agg")
# What Python runs in place of the server's own code, which is its argument.
CODE = "import sys; sys.path[:] = {}; from lossbench.execution import template; template.serve({})"


@cache
def forks() -> bool:
    """Whether there is a template that can be started; it needs a socket in a temporary folder."""
    if sys.platform != "linux" or not SAFE:
        return False
    try:
        with Listener(family="AF_UNIX"):
            return True
    except OSError:  # where no folder can be written, or its path is too long for a socket
        return False


def context() -> ForkServerContext | SpawnContext:
    """How a training process is started: as a copy of the template, or anew."""
    if forks():
        return multiprocessing.get_context("forkserver")
    return multiprocessing.get_context("spawn")


def start() -> None:
    """Start the template unless it is running. It imports meanwhile; nothing waits for it.

    Call it in a thread that does nothing else, see ``isolated``.
    """
    if forks():
        forkserver.set_forkserver_preload([])  # not the main module, which is the command
        server: Any = forkserver._forkserver
        with isolated("-c", CODE.format(sys.path, os.getpid())):
            before = server._forkserver_pid
            forkserver.ensure_running()
            if server._forkserver_pid != before:  # one that was killed had perhaps imported
                _has_imported.clear()


def copied() -> None:
    """Note that a copy was made, so that the template has imported."""
    if forks():
        _has_imported.set()


def has_imported() -> bool:
    """Whether a training process can start at once."""
    return _has_imported.is_set()


def end() -> None:
    """End the template, unless there are copies of it: then it ends with this process.

    Where it imports, it ends at once, and what waits for a copy gets EOFError.
    """
    with _starting:
        if not (has_imported() and multiprocessing.active_children()):  # of others in this process
            discard()


def discard() -> None:
    """End the template and wait for that; the next start is that of another one.

    One that was killed answers no more a moment before the system tells its parent that it ended.
    """
    server: Any = forkserver._forkserver
    with _starting:
        if server._forkserver_pid is not None:
            # Not by closing its pipe: what a person's own loss has started may hold that, too.
            with suppress(ProcessLookupError):
                os.kill(server._forkserver_pid, signal.SIGKILL)
            server._stop()
        _has_imported.clear()


def serve(parent: int) -> None:
    """What the template does: import, then fork whenever it is asked to, until its parent ends."""
    os.dup2(2, 1)  # results on standard output are for others
    try:
        with without_log_messages(), _interrupted_without(parent):
            import_once()
    except (Exception, KeyboardInterrupt):  # where a seed is to be trained, it is tried again
        sys.modules.pop("keras", None)
    try:
        exec(sys.argv[-1], {})
    finally:
        if os.getppid() != parent:  # it was killed, and has left the folder of its socket
            server: Any = forkserver._forkserver
            socket = Path(str(server._forkserver_address))
            for remove in (socket.unlink, socket.parent.rmdir):
                with suppress(OSError):
                    remove()
        os._exit(0)


@contextmanager
def _interrupted_without(parent: int) -> Iterator[None]:
    """Raise KeyboardInterrupt soon after the parent of this process has ended."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            if os.getppid() != parent:
                _thread.interrupt_main()
                return

    watching = threading.Thread(target=watch)
    # What a shell runs in the background ignores it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()  # a process with another thread cannot be forked
        signal.signal(signal.SIGINT, before)


def import_once() -> None:
    """Import what trains and what draws results, unless it is imported."""
    if "keras" in sys.modules:
        return
    # Collecting garbage among TensorFlow's many objects takes a quarter of the time of its import.
    gc.disable()
    import_lean()
    _import_for_pictures()
    gc.freeze()
    gc.enable()


def _import_for_pictures() -> None:
    """Import what draws results; matplotlib must not find settings in the working directory."""
    logging.getLogger("matplotlib").setLevel(logging.CRITICAL)
    here = Path.cwd()
    os.chdir(sys.prefix)
    try:
        # Of the time of the import, a third is for signatures and docstrings that nobody reads.
        artist: Any = importlib.import_module("matplotlib.artist")
        artist.kwdoc = lambda _: ""
        artist.Artist._update_set_signature_and_docstring = lambda: None
        for name in OF_PICTURES:
            importlib.import_module(name)
    finally:
        os.chdir(here)


@contextmanager
def isolated(*further: str) -> Iterator[None]:
    """Let this thread start Python with -I, without warnings, and with Ctrl-C blocked.

    Ctrl-C interrupts all processes of a terminal. Until a new one can say that it ignores that, it
    would print a traceback. It inherits what is blocked in the thread, so the thread must do
    nothing else.

    The command of multiprocessing is ``python -c``, which looks for modules in the working
    directory first, until the process gets the ``sys.path`` of its parent. Python 3.11 has -P and
    PYTHONSAFEPATH against this, but Python 3.10 does not.

    Semaphores that a person's own code made in a process that is ended by force are cleared away by
    multiprocessing's resource tracker. It is started here, too, and would warn of them.

    ``further`` arguments come before those of multiprocessing: after a ``-c`` of our own, theirs
    are no options any more.
    """
    flags = util._args_from_interpreter_flags  # type: ignore[attr-defined]
    ours = [*flags(), *FLAGS]
    with _starting:
        try:
            util._args_from_interpreter_flags = lambda: ours  # type: ignore[attr-defined]
            resource_tracker.ensure_running()  # first, for its start ends what is blocked
            if hasattr(signal, "pthread_sigmask"):  # not on Windows
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            ours = [*ours, *further]
            yield
        finally:
            util._args_from_interpreter_flags = flags  # type: ignore[attr-defined]
