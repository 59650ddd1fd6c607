// What the person here chose, for next time. In a frame of another site browsers may keep that back: then it holds for now.
const now = new Map();

/** What was remembered under that name; null without. */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return now.get(name) ?? null;
  }
}

/** Remembers `value`; null: forgets it. */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    now.set(name, value);
  }
}
