"""What a waiting trainer process answers of runs that are over: views of kept weights."""

from __future__ import annotations

from pathlib import Path

from kertasks.keras_catalog.introspection import ensure_catalog
from kertasks.runs.folder import RunFolder
from kertasks.runs.looking.view import Look, Moment, ViewRequest
from kertasks.runs.manifest import Origin
from kertasks.scripts.views.script_network import ScriptNetwork
from kertasks.trainer.dataset_cache import DatasetCache
from kertasks.views.networks.run_network import RunNetwork


class LookAnswers:
    """Computes views of one run after another; the network of the last one is kept.

    Args:
        datasets: data that may be loaded already.
        cache_dir: where Keras's classes are kept.
    """

    def __init__(self, datasets: DatasetCache, cache_dir: Path) -> None:
        self._datasets = datasets
        self._cache_dir = cache_dir
        self._network: RunNetwork | ScriptNetwork | None = None
        self._made_of: tuple[int, int] = (0, 0)

    def look(self, path: Path, moment: Moment, request: ViewRequest) -> Look:
        """Compute a view.

        Args:
            path: the run's folder.
            moment: with which weights.
            request: what is looked at.

        Raises:
            kertasks.UserError: the run has no such weights, or no network can be made of it; of a
                script also where its rows are not kept.
        """
        run = RunFolder(path)
        is_script = run.origin is Origin.SCRIPT
        try:
            status = (run.rows_path if is_script else run.recipe_path).stat()
            made_of = (status.st_mtime_ns, status.st_ino)
        except OSError:
            made_of = (0, 0)
        network = self._network
        if network is None or network.run != run or made_of != self._made_of:
            self._network = None  # never two at once in memory
            if is_script:
                network = ScriptNetwork(run)
            else:
                network = RunNetwork(run, self._datasets, ensure_catalog(self._cache_dir))
            self._network, self._made_of = network, made_of
        network.load(moment)
        return network.look(request)
