"""The questions, a folder for each category of rules or a file where one suffices.

A check imports ``context`` alone; siblings never import each other. To be found it need not be listed anywhere.
"""

from importlib import import_module
from pathlib import Path

_HERE = Path(__file__).parent
for _file in sorted(_HERE.rglob("[!_]*.py")):
    import_module(".".join((__name__, *_file.relative_to(_HERE).with_suffix("").parts)))
