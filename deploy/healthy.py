"""`python -m deploy.healthy URL [PART]`: whether a service answers, and says of a part of it that it is healthy.

A health check without curl: the image has none. Exit code 0 or 1, and one line on what was found.
"""

import json
import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

SECONDS = 10


def healthy(url: str, part: str = "") -> str:
    """What is wrong with the service, in a line; empty where nothing is."""
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=SECONDS) as answer:
            found = answer.read()
    except (URLError, OSError) as error:
        return f"{url}: {error}"
    if not part:
        return ""
    said = (json.loads(found).get(part) or {}).get("status")
    return "" if said == "healthy" else f"{url}: {part} is {said}"


def main() -> None:
    """The command."""
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if wrong := healthy(*sys.argv[1:]):
        sys.exit(wrong)


if __name__ == "__main__":
    main()
