"""The questions, a folder for each category of rules or a file where one suffices.

A check imports ``context`` alone; siblings never import each other. To be found it need not be listed anywhere.
"""

from importlib import import_module
from pkgutil import walk_packages

for _module in walk_packages(__path__, f"{__name__}."):
    import_module(_module.name)
