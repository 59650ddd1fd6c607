"""What our workers do not do yet: the one list of behaviours that are promised and still fail.

A row is a test and the subjects that fail it, with the reason. A test that passes although its row is here fails, so
that who implements a behaviour deletes its row. What differs from stock Celery on purpose is no row: its test says why.
"""

from collections.abc import Mapping

#: `module::test`, or `module::test[case]` for one of its cases -> subject -> what happens today.
NOT_YET: Mapping[str, Mapping[str, str]] = {}
