"""Recipe files as people write them: comments and layout stay, faults are named."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from kertasks.keras_catalog.catalog import Catalog
from kertasks.recipes.recipe import Component, EarlyStopping, Layer, Recipe
from kertasks.recipes.recipe_errors import RecipeError
from kertasks.recipes.toml_file import format_recipe, load_recipe, parse_recipe, save_recipe

TEXT = """\
# My recipe
task = "xor"   # the task
name = "mine"

# Data
[data]
variant = "four rows"

# The hidden layer.
[[layers]]
class = "Dense"
units = 8      # wide
kernel_regularizer = { class = "L2", l2 = 0.001 }   # keeps it small
# activation = "tanh" was worse

# The output.
[[layers]]
class = "Dense"
name = "out"
units = 1

[compile]
loss = "mse" # why
optimizer = { class = "Adam", learning_rate = 0.01 }
[fit]
epochs = 10
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def text_after(path: Path, change: Recipe) -> str:
    save_recipe(change, path)
    assert load_recipe(path) == change
    return path.read_text(encoding="utf-8")


def test_reads_a_file_of_a_person(path: Path) -> None:
    recipe = load_recipe(path)
    assert (recipe.task, recipe.name, recipe.data.variant) == ("xor", "mine", "four rows")
    assert recipe.layers[0].arguments["kernel_regularizer"] == Component("L2", {"l2": 0.001})
    assert recipe.layers[1].name == "out"
    assert recipe.compile.optimizer == Component("Adam", {"learning_rate": 0.01})
    assert recipe.fit.epochs == 10
    assert recipe.fit.batch_size == 32


def test_an_unchanged_recipe_leaves_the_file_as_it_is(path: Path) -> None:
    assert text_after(path, load_recipe(path)) == TEXT


def test_a_byte_order_mark_is_no_part_of_the_text(path: Path) -> None:
    path.write_text(TEXT, encoding="utf-8-sig")
    assert text_after(path, load_recipe(path)) == TEXT


def test_a_changed_value_changes_only_its_place(path: Path) -> None:
    recipe = load_recipe(path)
    wider = replace(recipe.layers[0], arguments={**recipe.layers[0].arguments, "units": 16})
    changed = replace(recipe, layers=(wider, recipe.layers[1]), fit=replace(recipe.fit, epochs=20))
    expected = TEXT.replace("units = 8 ", "units = 16 ").replace("epochs = 10", "epochs = 20")
    assert text_after(path, changed) == expected


def test_a_change_inside_a_component_keeps_its_line(path: Path) -> None:
    recipe = load_recipe(path)
    optimizer = Component("Adam", {"learning_rate": 0.5})
    changed = replace(recipe, compile=replace(recipe.compile, optimizer=optimizer))
    assert text_after(path, changed) == TEXT.replace("0.01 }", "0.5 }")


def test_comments_move_with_their_layer(path: Path) -> None:
    recipe = load_recipe(path)
    text = text_after(path, replace(recipe, layers=recipe.layers[::-1]))
    assert text.index("# The output.") < text.index("# The hidden layer.")
    assert text.index("# The output.") < text.index('name = "out"')
    assert text.index("# The hidden layer.") < text.index("# keeps it small")
    assert "was worse\n\n[compile]" in text


def test_a_new_layer_stands_between_the_others(path: Path) -> None:
    recipe = load_recipe(path)
    dropout = Layer("Dropout", {"rate": 0.5})
    text = text_after(path, replace(recipe, layers=(recipe.layers[0], dropout, recipe.layers[1])))
    new = '[[layers]]\nclass = "Dropout"\nrate = 0.5\n\n'
    assert text == TEXT.replace("# The output.", f"{new}# The output.")


def test_a_removed_layer_takes_its_comments_along(path: Path) -> None:
    recipe = load_recipe(path)
    text = text_after(path, replace(recipe, layers=recipe.layers[1:]))
    assert "# The hidden layer." not in text
    assert "# The output." in text
    assert text.startswith("# My recipe\n")


def test_new_settings_get_a_table_of_their_own(path: Path) -> None:
    recipe = load_recipe(path)
    stopping = EarlyStopping(monitor="loss")
    text = text_after(path, replace(recipe, fit=replace(recipe.fit, early_stopping=stopping)))
    assert '[fit.early_stopping]\nmonitor = "loss"\n' in text


def test_none_is_written_as_an_empty_table(path: Path) -> None:
    recipe = load_recipe(path)
    layer = Layer("LSTM", {"units": 2, "activation": None})
    assert "activation = {}" in text_after(path, replace(recipe, layers=(layer,)))


def test_layers_in_a_list_stay_in_a_list(tmp_path: Path) -> None:
    path = tmp_path / "short.toml"
    path.write_text(
        'task = "xor"\nname = "short"\nlayers = [{ class = "Dense", units = 1 }]  # one\n',
        encoding="utf-8",
    )
    recipe = load_recipe(path)
    text = text_after(path, replace(recipe, layers=(Layer("Dense", {"units": 2}),)))
    assert 'layers = [{ class = "Dense", units = 2 }]  # one\n' in text


def test_a_bracket_at_the_start_of_a_line_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "lists.toml"
    text = (
        'task = "digits"\nname = "lists"\n\n[[layers]]\nclass = "Cropping2D"\ncropping = [\n'
        '[1, 2], # rows\n[3, 4],\n]\n\n[[layers]]\nclass = "Flatten"\n'
    )
    path.write_text(text, encoding="utf-8")
    recipe = load_recipe(path)
    assert recipe.layers[0].arguments["cropping"] == ((1, 2), (3, 4))
    swapped = text_after(path, replace(recipe, layers=recipe.layers[::-1]))
    assert "[1, 2], # rows" in swapped


def test_a_file_that_is_no_recipe_is_replaced(tmp_path: Path, path: Path) -> None:
    recipe = load_recipe(path)
    broken = tmp_path / "broken.toml"
    broken.write_bytes(b"\xff\xfe = [")
    save_recipe(recipe, broken)
    assert broken.read_text(encoding="utf-8") == format_recipe(recipe)


def test_saving_keeps_permissions_and_leaves_no_other_file(path: Path) -> None:
    path.chmod(0o640)
    save_recipe(replace(load_recipe(path), name="other"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_has_the_permissions_of_new_files(path: Path, tmp_path: Path) -> None:
    plain, new = tmp_path / "plain", tmp_path / "new.toml"
    plain.touch()
    save_recipe(load_recipe(path), new)
    assert new.stat().st_mode == plain.stat().st_mode


def test_a_link_to_itself_becomes_the_file(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "loop.toml"
    link.symlink_to(link)
    save_recipe(load_recipe(path), link)
    assert load_recipe(link) == load_recipe(path)


def test_saving_through_a_link_writes_its_target(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    save_recipe(replace(load_recipe(path), name="other"), link)
    assert link.is_symlink()
    assert load_recipe(path).name == "other"


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("task = ", "end of file", "invalid value"),
        ('task = "xor"\nname = [1,,2]\n', "line 2, column 11", "invalid value"),
        ('task = "xor"\ntask = "xor"\n', "line 2", "overwrite"),
        ("a = " + "[" * 2000, "", "nested too deep"),
        ("a = " + "1" * 5000, "", "thousands of digits"),
    ],
)
def test_toml_faults_say_where(text: str, place: str, reason: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe(text, "mine.toml")
    (problem,) = caught.value.problems
    assert problem.path.startswith(place)
    assert reason in problem.found
    assert str(caught.value).startswith("mine.toml: ")


NAMELESS = """task = "xor"
[[layers]]
class = "Dense"
units = 1
"""


def test_a_recipe_without_a_name_is_called_as_its_file(tmp_path: Path) -> None:
    file = tmp_path / "my second try.toml"
    file.write_text(NAMELESS)
    assert load_recipe(file).name == "my second try"
    file.write_text(f'name = "given"\n{NAMELESS}')
    assert load_recipe(file).name == "given"
    with pytest.raises(RecipeError, match="name: found nothing"):
        parse_recipe(NAMELESS)


def test_everything_that_is_wrong_in_a_file_is_said_at_once(
    tmp_path: Path, catalog: Catalog
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'task = "xor"\nseed = -1\n[[layers]]\nclass = "Dens"\n[[layers]]\nclass = "Dense"\n'
        'units = 0\n[compile]\nloss = "msee"\n[fit]\nepochs = "ten"\nbatch_size = 0\n'
    )
    with pytest.raises(RecipeError) as caught:
        load_recipe(file, catalog)
    assert [problem.path for problem in caught.value.problems] == [
        "fit.epochs", "seed", "fit.batch_size", "layers.0.class", "layers.1.units", "compile.loss",
    ]  # fmt: skip
    assert caught.value.recipe is None
    file.write_text(file.read_text().replace('"ten"', "10"))
    with pytest.raises(RecipeError) as caught:
        load_recipe(file, catalog)
    assert caught.value.recipe is not None  # only its values are wrong


def test_files_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no such file"):
        load_recipe(tmp_path / "none.toml")
    with pytest.raises(RecipeError, match=r"is a folder, not a recipe file$"):
        load_recipe(tmp_path)
    bytes_only = tmp_path / "bytes.toml"
    bytes_only.write_bytes(b"\xff\xfe")
    with pytest.raises(RecipeError, match="bytes that are no text"):
        load_recipe(bytes_only)


def test_what_is_no_file_is_neither_waited_for_nor_replaced(path: Path, tmp_path: Path) -> None:
    pipe, device = tmp_path / "pipe.toml", tmp_path / "zero.toml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    recipe = load_recipe(path)
    for special, words in ((pipe, "a named pipe and no file"), (device, "a device and no file")):
        with pytest.raises(RecipeError, match=words):
            load_recipe(special)
        with pytest.raises(OSError, match=words):
            save_recipe(recipe, special)
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == sorted([path, pipe, device])


def test_a_file_longer_than_any_recipe_is_not_read_to_its_end(path: Path, tmp_path: Path) -> None:
    long = tmp_path / "long.toml"
    long.touch()
    os.truncate(long, 1 << 40)  # a terabyte that takes no room
    with pytest.raises(RecipeError, match="more than 1,048,576 characters"):
        load_recipe(long)
    recipe = load_recipe(path)
    save_recipe(recipe, long)
    assert load_recipe(long) == recipe
