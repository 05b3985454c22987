"""One more run for a cross-validation: a network trained on all rows, asked for afterwards."""

from __future__ import annotations

from msgspec.structs import replace

from kertasks.groups.cross_validation.asked import CrossValidation
from kertasks.groups.folder import GroupDamaged, GroupFolder


def ask_for_final(group: GroupFolder) -> None:
    """Have a group train on all rows too, as if that had been asked for at first. A runner that
    works for it does so after the folds; else one is to be started.

    Args:
        group: a cross-validation.

    Raises:
        GroupDamaged: its record cannot be read or written.
    """
    record = group.record()
    if not isinstance(record.asked, CrossValidation) or record.asked.final:
        return
    try:
        group.write_record(replace(record, asked=replace(record.asked, final=True)))
    except OSError as error:
        raise GroupDamaged(f"cannot write {group.record_path}: {error.strerror}") from error
