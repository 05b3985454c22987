"""The rules, a file a subject; every public function of a file is a rule.

A rule takes ``Facts`` and gives findings. It looks at plain facts alone: no Keras, no NumPy.
"""
