// One thing at a time that a button or a form asks for: whether it is under way, and what became of it.
import { useRef, useState } from "../vendor/hooks.js";
import { broken, Problem } from "../api.js";

/**
 * {busy, problem, run}: `run(act)` does it unless one is under way, and keeps the Problem that it raises. A button is then `aria-disabled`:
 * one that is `disabled` loses the focus, and who works by keyboard begins again at the top of the page.
 */
export function useBusy() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  // A second press comes before the page is drawn again.
  const under = useRef(false);
  const run = async (act) => {
    if (under.current) return;
    under.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(error instanceof Problem ? error : broken(error));
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  return { busy, problem, run };
}
