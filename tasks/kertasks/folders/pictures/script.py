"""A folder of pictures as a few lines of plain Python."""

from __future__ import annotations

from pathlib import Path

from kertasks.export.script.script_data import ScriptData
from kertasks.files import said_path
from kertasks.folders.class_folders import PICTURE_ENDINGS
from kertasks.folders.folder_script import FolderScript
from kertasks.folders.pictures.picture_folder import PictureFolder, PixelScaling

_READ = '''

def read_picture(path):
    """Give one picture of the wanted size, shape (height, width, {channels})."""
    picture = tf.io.decode_image(path.read_bytes(), expand_animations=False)
    high, wide, channels = picture.shape
    # Averaging takes every pixel of a larger picture into account.
    method = "area" if high >= SIZE[0] and wide >= SIZE[1] else "bilinear"
    picture = tf.image.resize(picture, SIZE, method)
    # Without what is transparent.
    picture = picture[..., : 1 if channels < 3 else 3]
{colours}
    return {scaled}.numpy()


def read_all(folder):
    """Give the pictures of a folder and the numbers of their classes."""
    x, y = [], []
    for label, path in files_in(folder):
        try:
            x.append(read_picture(path))
            y.append(label)
        except tf.errors.InvalidArgumentError:
            print("left out:", path)
    return np.stack(x), np.array(y, "int32")

'''

_COLOUR = """\
    if channels < 3:
        picture = tf.image.grayscale_to_rgb(picture)"""
_GREY = """\
    if channels >= 3:
        picture = tf.image.rgb_to_grayscale(picture)"""


def script(data: PictureFolder, base: Path) -> ScriptData:
    """What ``kertasks.folders.pictures.loading.load`` does, in plain Python.

    Raises:
        WrongFolder: the folder is not there or holds no classes.
    """
    folder = said_path(base, data.path).absolute()
    is_unit = data.scaling is PixelScaling.UNIT
    read = _READ.format(
        channels=data.channels,
        colours=_COLOUR if data.colour else _GREY,
        scaled="(picture / 255)" if is_unit else 'tf.cast(tf.round(picture), "uint8")',
    )
    return FolderScript.of(folder, PICTURE_ENDINGS, data.classes, data.test).data(
        f"SIZE = {data.height}, {data.width}", read, ("import tensorflow as tf",)
    )
