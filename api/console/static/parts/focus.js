// Who works by keyboard or ear stays in the view when what had the focus goes away, as a row that was deleted.
import { useEffect } from "../vendor/hooks.js";

/** Gives the focus to `place.current` whenever what had it inside is taken out of the page. */
export function useKeptFocus(place) {
  useEffect(() => {
    let last = null;
    const noted = ({ target }) => {
      last = target;
    };
    const watch = new MutationObserver(() => {
      if (!last || last.isConnected) return;
      last = null;
      if (document.activeElement === document.body) place.current?.focus({ preventScroll: true });
    });
    const inside = place.current;
    inside.addEventListener("focusin", noted);
    watch.observe(inside, { childList: true, subtree: true });
    return () => {
      inside.removeEventListener("focusin", noted);
      watch.disconnect();
    };
  }, []);
}
