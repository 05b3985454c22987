"""``python -m kertasks.advice SECONDS``: advice about a recipe, in a process of its own.

Reads the recipe as JSON from standard input and writes the findings as a JSON array, the worst
first; with seconds above 0 a copy is trained for so long before. What goes wrong is one sentence on
standard error, and the status 1.
"""

from __future__ import annotations

import sys
import warnings

import msgspec

from kertasks.errors import UserError
from kertasks.keras_import import import_keras
from kertasks.recipes.json_form import from_json
from kertasks.registry import find_task
from kertasks.runs.advice.finding import findings_json
from kertasks.text.plain_text import visible
from kertasks.text.python_stderr import hear_python_alone


def main(arguments: list[str]) -> int:
    """Give advice and return the process's status."""
    try:
        import_keras()
        from kertasks.advice.recipe_advice import advise_recipe

        recipe = from_json(msgspec.json.decode(sys.stdin.buffer.read()))
        data = find_task(recipe.task).load_for(recipe)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Keras warns of is among the findings
            found = advise_recipe(recipe, data, float(arguments[0]))
    except UserError as error:
        print(visible(str(error)), file=sys.stderr)
        return 1
    sys.stdout.buffer.write(findings_json(found))
    return 0


if __name__ == "__main__":
    hear_python_alone()
    raise SystemExit(main(sys.argv[1:]))
