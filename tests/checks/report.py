"""How every check ends."""

import sys


def finish(name, violations, looked_at):
    """Prints the violations and one closing line; a check that saw nothing to check has failed."""
    found = list(violations)
    for violation in found:
        print(violation)
    if looked_at == 0:
        print(f"{name}: found nothing to look at")
        sys.exit(1)
    print(f"{name}: {looked_at} looked at, {len(found)} violations")
    sys.exit(1 if found else 0)
