import { html } from "../vendor/html.js";
import { useEffect, useRef, useState } from "../vendor/hooks.js";
import { t } from "../language.js";
import { useBusy } from "./busy.js";
import { ProblemNote } from "./states.js";

/** A modal dialog; the browser keeps the focus in it. `onClose` also when Escape is pressed. */
export function Dialog({ title, onClose, children }) {
  const place = useRef(null);
  useEffect(() => {
    const opener = document.activeElement;
    const dialog = place.current;
    dialog.showModal();
    return () => {
      dialog.close();
      // The browser gives the focus back only as long as the dialog stands in the page. If what opened it goes too,
      // the view looks after the focus.
      if (opener?.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);
  return html`
    <dialog ref=${place} onClose=${onClose} onCancel=${onClose} aria-labelledby="dialog-title">
      <div class="stack"><h2 id="dialog-title">${title}</h2>${children}</div>
    </dialog>
  `;
}

/**
 * A button that does something which cannot be taken back, after asking. `act()` may be slow and raise a Problem, which
 * the dialog then shows. What is asked and done is what it was as the dialog opened, whatever has become of it behind that.
 */
export function Ask({ label, title, text, act, danger = true, disabled = false }) {
  const [asked, setAsked] = useState(null);
  const { busy, problem, run } = useBusy();
  const sure = (event) => {
    event.preventDefault();
    run(async () => {
      await asked.act();
      setAsked(null);
    });
  };
  return html`
    <button type="button" class=${danger ? "danger" : ""} disabled=${disabled} onClick=${() => setAsked({ title, text, act })}>${label}</button>
    ${asked && html`
      <${Dialog} title=${asked.title} onClose=${() => setAsked(null)}>
        <form onSubmit=${sure}>
          <p>${asked.text}</p>
          ${problem && html`<${ProblemNote} problem=${problem} />`}
          <div class="row end">
            <button type="button" onClick=${() => setAsked(null)}>${t("back")}</button>
            <button class=${danger ? "danger" : "first"} aria-disabled=${busy}>${label}</button>
          </div>
        </form>
      <//>
    `}
  `;
}

/** A button for what can be repeated without harm. Says what went wrong beside it. */
export function Do({ label, act, first = false, disabled = false }) {
  const { busy, problem, run } = useBusy();
  return html`
    <button type="button" class=${first ? "first" : ""} disabled=${disabled} aria-disabled=${busy} onClick=${() => run(act)}>${label}</button>
    ${problem && html`<${ProblemNote} problem=${problem} />`}
  `;
}
