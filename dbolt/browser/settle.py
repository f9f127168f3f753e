"""When has a page come to rest? Conditions, each with a bound; never a fixed wait."""

from __future__ import annotations

import asyncio
import contextlib
import time

from playwright.async_api import Error, Frame, Page

from dbolt.browser.visit import Visit

_QUIET_MS = 250
_MAX_FRAMES = 6

# Resolves once the document has not changed for `quiet` ms, or after `limit` ms; at once where it
# is complete and holds nothing that could change it: no script, no handler, no refresh.
_QUIET = """([quiet, limit, still]) => new Promise(resolve => {
  const lively = 'script, meta[http-equiv=refresh i], form[action^="javascript:" i], ' +
    [...'click change input submit load blur focus keyup keydown keypress error'.split(' ')]
      .map(name => `[on${name}]`).join(', ');
  const complete = document.readyState === 'complete';
  if (still && complete && !document.querySelector(lively)) return resolve(true);
  let timer = 0;
  const watch = new MutationObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(end, quiet);
  });
  const end = () => { watch.disconnect(); clearTimeout(timer); resolve(true); };
  timer = setTimeout(end, quiet);
  setTimeout(end, limit);
  watch.observe(document, {
    subtree: true, childList: true, characterData: true,
    attributeFilter: ['class', 'hidden', 'disabled', 'aria-busy', 'aria-hidden', 'data-state'],
  });
})"""

# Resolves with true at the first change of the document, with false after `limit` ms.
_CHANGE = """limit => new Promise(resolve => {
  const watch = new MutationObserver(() => { watch.disconnect(); resolve(true); });
  watch.observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
  });
  setTimeout(() => { watch.disconnect(); resolve(false); }, limit);
})"""


async def settled(
    visit: Visit, at_most_s: float, page: Page | None = None, *, pressed: bool = False
) -> bool:
    """Waits until nothing is loading and nothing changes. False if *at_most_s* passed before.

    pressed: a page may be about to go away, however still it looks.
    """
    page = page or visit.page
    until = time.monotonic() + at_most_s
    while (left := until - time.monotonic()) > 0:
        with contextlib.suppress(Error):
            await page.wait_for_load_state("domcontentloaded", timeout=left * 1000)
        await visit.idle(left)
        await _quiet(page, min(left, 2.0), still=not pressed)
        if not visit.busy():
            return True
        if page.is_closed() or visit.log.crashed:
            return False
    return False


async def changed(page: Page, within_s: float) -> bool:
    """Waits for the next change of the page, in any frame. False if there was none in time."""
    if within_s <= 0:
        return False
    watching = [
        asyncio.create_task(_change(frame, within_s)) for frame in page.frames[:_MAX_FRAMES]
    ]
    try:
        for first in asyncio.as_completed(watching):
            if await first:
                return True
        return False
    finally:
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def _quiet(page: Page, at_most_s: float, *, still: bool) -> None:
    limits = [_QUIET_MS, at_most_s * 1000, still]
    await asyncio.gather(
        *(_evaluate(frame, _QUIET, limits, at_most_s) for frame in page.frames[:_MAX_FRAMES])
    )


async def _change(frame: Frame, within_s: float) -> bool:
    # A frame that navigates away breaks the look off, and has changed.
    return await _evaluate(frame, _CHANGE, within_s * 1000, within_s)


async def _evaluate(frame: Frame, script: str, given: object, at_most_s: float) -> bool:
    """What the script says; True where the frame went away, False where it hangs."""
    try:
        async with asyncio.timeout(at_most_s + 1.0):
            return bool(await frame.evaluate(script, given))
    except Error:
        return True
    except TimeoutError:
        return False
