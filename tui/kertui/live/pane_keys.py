"""The keys of the live pane that act wherever the focus is on its screen."""

from __future__ import annotations

from textual.binding import Binding

from kertui.live.tab import all_tabs


def live_keys(room: str) -> list[Binding]:
    """Bindings for a screen with an ``action_live``, which passes them on to its pane.

    Args:
        room: whose, for the names of the bindings.
    """
    return [
        Binding("y", "live('log_y')", "log y", id=f"{room}.log_y",
                tooltip="Draw the loss on a logarithmic axis, or back."),
        Binding("m", "live('smooth')", "smooth", id=f"{room}.smooth",
                tooltip="Show the trend of each curve, the raw one behind it."),
        Binding("n", "live('next_metric')", "metric", show=False, id=f"{room}.metric",
                tooltip="Draw the next of the run's metrics."),
        Binding("z", "live('zoom')", "zoom", show=False, id=f"{room}.zoom",
                tooltip="See the last part of the run, or the whole."),
        Binding("p", "live('try_it')", "try it", id=f"{room}.try_it",
                tooltip="Ask the network: write a row, a sentence, a digit, and see the answer."),
        Binding("B", "live('ring')", "ring at the end", show=False, id=f"{room}.ring",
                tooltip="Have the terminal ring and show a notice when this run ends, breaks or "
                "stands still; or no more."),
        Binding("l", "live('log')", "log", show=False, id=f"{room}.log",
                tooltip="Read what the trainer printed."),
        *(
            Binding(tab.key, f"live('choose_tab', '{tab.key}')", tab.title, show=False,
                    id=f"{room}.tab_{tab.title}",
                    tooltip=f"Show the tab {tab.title} of the training.")
            for tab in all_tabs()
        ),
        Binding("left_square_bracket", "live('epoch', -1)", "epoch before", show=False,
                id=f"{room}.epoch_before",
                tooltip="Look at the network as it was at the kept epoch before."),
        Binding("right_square_bracket", "live('epoch', 1)", "epoch after", show=False,
                id=f"{room}.epoch_after",
                tooltip="Look at the kept epoch after; past the last one, at the present."),
        Binding("left_curly_bracket", "live('epoch', -10)", "ten before", show=False,
                id=f"{room}.ten_epochs_before", tooltip="Look at the tenth kept epoch before."),
        Binding("right_curly_bracket", "live('epoch', 10)", "ten after", show=False,
                id=f"{room}.ten_epochs_after", tooltip="Look at the tenth kept epoch after."),
        Binding("F", "live('film')", "film", show=False, id=f"{room}.film",
                tooltip="Play the kept epochs as a film, from the one looked at; or stop it."),
        Binding("g", "live('present')", "the present", show=False, id=f"{room}.present",
                tooltip="Come back from an epoch of the past to the latest weights."),
    ]  # fmt: skip
