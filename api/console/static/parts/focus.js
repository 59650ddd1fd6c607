// Who works by keyboard or ear stays in the view when what had the focus goes away, as a row that was deleted, or a button that can do no more.
import { useEffect } from "../vendor/hooks.js";

/** Gives the focus to `place.current` whenever what had it inside is taken out of the page, or disabled. */
export function useKeptFocus(place) {
  useEffect(() => {
    let last = null;
    const noted = ({ target }) => {
      last = target;
    };
    const watch = new MutationObserver(() => {
      if (!last || (last.isConnected && !last.disabled)) return;
      // What was disabled has it until the page is drawn.
      const lost = [document.body, last].includes(document.activeElement);
      last = null;
      if (lost) place.current?.focus({ preventScroll: true });
    });
    const inside = place.current;
    inside.addEventListener("focusin", noted);
    watch.observe(inside, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      inside.removeEventListener("focusin", noted);
      watch.disconnect();
    };
  }, []);
}
