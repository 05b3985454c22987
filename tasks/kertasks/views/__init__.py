"""What a network computes, as plain records: a file a view, found by ``kertasks.views.table``.

Each is a pure function of a model, a dataset and a request, and needs no run:

    >>> from kertasks.runs.views.confusion_matrix import ConfusionRequest
    >>> from kertasks.views.table import look
    >>> look(model, data, ConfusionRequest()).counts
"""
