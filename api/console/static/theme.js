// Dark or light: as the system says, until the person here says otherwise.
import { remember, remembered } from "./remembered.js";

const STORED = "kritiq-theme";

/** "dark", "light" or "system". */
export function theme() {
  return remembered(STORED) ?? "system";
}

/** Has the page follow `choice`, now and next time. */
export function setTheme(choice) {
  remember(STORED, choice === "system" ? null : choice);
  applyTheme();
}

export function applyTheme() {
  const choice = theme();
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
