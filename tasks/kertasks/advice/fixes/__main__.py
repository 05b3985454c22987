"""``python -m kertasks.advice.fixes SECONDS SEEDS TRAIN``: mends a recipe, in a process of its own.

Reads the recipe as JSON from standard input and writes a line of JSON for each thing it has to
tell (``kertasks.runs.advice.fix_report``): what is wrong, what came of each patch, what the recipe
became. SECONDS is how long each training goes on, SEEDS how many there are of each; a copy is
trained for TRAIN seconds before, to find out more. What goes wrong is one sentence on standard
error, and the status 1.
"""

from __future__ import annotations

import sys
import warnings

import msgspec

from kertasks.errors import UserError
from kertasks.keras_import import import_keras
from kertasks.recipes.json_form import from_json
from kertasks.registry import find_task
from kertasks.runs.advice.fix_report import Found, Told
from kertasks.text.plain_text import visible
from kertasks.text.python_stderr import hear_python_alone


def main(arguments: list[str]) -> int:
    """Mend a recipe and return the process's status."""
    seconds, seeds, train = float(arguments[0]), int(arguments[1]), float(arguments[2])
    try:
        import_keras()
        from kertasks.advice.fixes.mending import mend
        from kertasks.advice.recipe_advice import advise_recipe

        recipe = from_json(msgspec.json.decode(sys.stdin.buffer.read()))
        data = find_task(recipe.task).load_for(recipe)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras warns of is among the findings
            found = advise_recipe(recipe, data, train)
            _tell(Found(findings=tuple(found)))
            for told in mend(recipe, data, found, seconds, range(recipe.seed, recipe.seed + seeds)):
                _tell(told)
    except UserError as error:
        print(visible(str(error)), file=sys.stderr)
        return 1
    return 0


def _tell(what: Told) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    hear_python_alone()
    raise SystemExit(main(sys.argv[1:]))
