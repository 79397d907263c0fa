"""Connections to what was read in of a folder; what has changed there is read in meanwhile."""

from __future__ import annotations

import logging
import shutil
import time
from hashlib import blake2b
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Lock, Thread

from core.data.duck import Held, Session
from core.data.files.address import Place
from core.data.files.folder import Folder, Found
from core.data.files.imports import WITHIN_A_LINE, Imports, Progress, said
from core.data.files.ledger import Ledger
from core.data.files.problem import FileProblem
from core.data.files.tables import apart, tables
from core.data.files.told import Told, told_of

_LOGGER = logging.getLogger(__name__)
LOOK_EVERY = 0.5
PATIENCE = 2.0
_MOST_WAITS = 10 * WITHIN_A_LINE


class StillReading(OSError):
    """The folder is being read in for the first time."""

    def __init__(self) -> None:
        super().__init__("the files are still being read in")


class FileSessions:
    """Sessions on one folder. `timeout` is how long the first one waits for the files."""

    def __init__(self, place: Place, timeout: float) -> None:
        self._own = Path(mkdtemp(prefix="andon-files-")) if place.cache is None else None
        root = self._own or place.cache
        assert root is not None
        of = blake2b(f"{place.folder}{place.in_place}".encode(), digest_size=6).hexdigest()
        cache = root / f"{place.folder.name or 'root'}-{of}"
        self._imports = Imports(place.folder, cache, place.in_place, place.settle)
        self._timeout = timeout
        self._held: Held | None = None
        self._looking = Lock()
        self._looked = 0.0
        self._reading: Event | None = None

    def session(self) -> Session:
        """Raises OSError where nothing could be read yet."""
        if self._held is None:
            self._look(self._timeout)
        if self._held is None:
            raise StillReading
        return self._held.session()

    def version(self) -> object:
        """Another one when other files were read in. Starts reading what has changed."""
        if self._held is not None:
            self._look(PATIENCE)
        return self._held.version if self._held else None

    def prepare(self, progress: Progress | None = None) -> None:
        """Reads all in, now. Raises OSError."""
        for _ in range(_MOST_WAITS):
            folder, known = self._imports.looked(), self._known()
            changed = self._imports.changed(folder, known)
            ready = self._imports.still(changed)
            if ready:
                self._imports.read(folder, known, ready, progress)
            if len(ready) == len(changed):
                return
            time.sleep(self._imports.settle / 5)

    def problems(self) -> tuple[FileProblem, ...]:
        """What is to be said of the files. Raises OSError where nothing could be read yet."""
        about = self.session().held.about
        return about.problems if isinstance(about, Told) else ()

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)

    def _known(self) -> Ledger:
        self._imports.cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._imports.known()

    def _look(self, patience: float) -> None:
        with self._looking:
            reading = self._reading
            due = time.monotonic() - self._looked >= LOOK_EVERY
            if reading is None and (due or self._held is None):
                reading = self._begin()
                self._looked = time.monotonic()
        if reading is not None:
            reading.wait(patience)

    def _begin(self) -> Event | None:
        """Publishes what is known; reads what has changed in a thread of its own."""
        known = self._known()
        try:
            folder = self._imports.looked()
        except OSError:
            if not known:
                raise
            gone = FileProblem(self._imports.folder.name, "no_folder")
            self._publish(known, Folder((), (gone,)))
            return None
        ready = self._imports.still(self._imports.changed(folder, known))
        gone_since = known.keys() - {file.name for file in folder.files}
        if ready or any(known[name].stamp != (0, 0, 0) for name in gone_since):
            done = self._reading = Event()
            Thread(target=self._read, args=(folder, known, ready, done), daemon=True).start()
            return done
        self._publish(known, folder)
        return None

    def _read(self, folder: Folder, known: Ledger, ready: list[Found], done: Event) -> None:
        try:
            self._publish(self._imports.read(folder, known, ready), folder)
        except OSError as error:
            _LOGGER.warning(
                "what was read of %s cannot be kept: %s", self._imports.folder, error.strerror
            )
        finally:
            self._reading = None
            done.set()

    def _publish(self, known: Ledger, folder: Folder) -> None:
        changed = self._imports.changed(folder, known)
        unread = tuple(FileProblem(file.name, "being_written") for file in changed)
        problems = (*said(known, folder), *unread)
        parts, clashes = apart(known)
        views, paths = tables(parts)
        version = (views, paths, problems)
        if self._held is None or self._held.version != version:
            told = told_of(parts, (*problems, *clashes), known, folder)
            self._held = Held(version, views, paths, told)
