"""What a licence permits, how licences combine, and why not: a reading of published texts, not legal advice.

`find` turns a name or link into a `Licence`, `terms_of_model` names the terms of a model, `combine` gives the
strictest `Terms` of several, and `ruling` answers one question about a record, with the reasons. Unknown is never
taken for yes.
"""

from pictus.licence.combine import Ruling, Terms, Use, both_terms, combine, ruling
from pictus.licence.model_names import terms_of_model
from pictus.licence.names import find, known
from pictus.licence.table import Licence, Permission, Verdict

__all__ = [
    "Licence",
    "Permission",
    "Ruling",
    "Terms",
    "Use",
    "Verdict",
    "both_terms",
    "combine",
    "find",
    "known",
    "ruling",
    "terms_of_model",
]
