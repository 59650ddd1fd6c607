// Dark or light: as the system says, until the person here says otherwise.
const STORED = "kritiq-theme";

/** "dark", "light" or "system". */
export function theme() {
  return localStorage.getItem(STORED) ?? "system";
}

/** Has the page follow `choice`, now and next time. */
export function setTheme(choice) {
  if (choice === "system") localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, choice);
  applyTheme();
}

export function applyTheme() {
  const choice = theme();
  if (choice === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
}
